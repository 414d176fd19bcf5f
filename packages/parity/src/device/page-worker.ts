import { runInPage } from "./page-job.ts";

await runInPage(new URL("./", location.href).href);
