import { siteFiles } from "../../../packages/trainer/src/export-web/site-files.ts";

/** Name and path of each file that a page needs to run models, as an exported site has them. */
export async function webFiles(): Promise<[string, string][]> {
  return (await siteFiles(false)).map(({ name, path }) => [name, path]);
}
