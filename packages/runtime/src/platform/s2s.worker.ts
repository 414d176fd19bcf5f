// What a model's worker runs in a page whose bundler made it; it must lie beside web.ts, which names it.
import { serve } from "../worker/serve.ts";
import { webPort } from "../worker/web-worker.ts";

serve(webPort(globalThis as unknown as Worker));
