import * as v from "valibot";
import { checkManifest } from "./check-manifest.ts";
import { UserError } from "./errors.ts";
import { FORMAT_VERSION, ManifestSchema, type Manifest } from "./manifest.ts";

/**
 * Reads a manifest: JSON, its schema, and that its parts agree with each other.
 * @throws UserError with `where`, the path of the first wrong key and what was expected.
 */
export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${where}: is not JSON (damaged or truncated); export the bundle again`);
  }
  requireVersion(value, where);
  const result = v.safeParse(ManifestSchema, value, { abortEarly: true });
  if (!result.success) throw new UserError(`${where}: ${describeIssue(result.issues[0])}`);
  checkManifest(result.output, where);
  return result.output;
}

/** First of all, since a newer manifest may differ in every other key. */
function requireVersion(value: unknown, where: string): void {
  const version = typeof value === "object" && value !== null && "formatVersion" in value ? value.formatVersion : undefined;
  if (version === FORMAT_VERSION) return;
  if (typeof version === "number") {
    throw new UserError(
      `${where}: formatVersion is ${version}, and this version of s2s reads ${FORMAT_VERSION}; install the one that wrote it or export again`,
    );
  }
  throw new UserError(
    `${where}: formatVersion is missing or no number (this version of s2s reads ${FORMAT_VERSION}); is it an s2s bundle?`,
  );
}

type Issue = v.InferIssue<typeof ManifestSchema>;

function describeIssue(issue: Issue): string {
  const path = oneLine(v.getDotPath(issue) ?? "the manifest");
  if (issue.type === "strict_object" && issue.expected === "never") return `unknown key ${path}; is it of another version of s2s?`;
  if (issue.type === "strict_object" && issue.received === "undefined") return `${path} is missing`;
  if (issue.expected === null || issue.type === "regex") return `${path}: ${oneLine(issue.message)}`;
  return `${path} must be ${oneLine(issue.expected)}, not ${oneLine(issue.received)}`;
}

/** What stands in a hostile file must not break the line or fill the screen. */
function oneLine(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return clean.length > 120 ? `${clean.slice(0, 120)}...` : clean;
}
