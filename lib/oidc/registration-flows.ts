/** Flows that a client registers for: what the OP declares, then less and less of it, because an OP need not have the
 * rest for every client. */
import { type ClientMetadata, needsImplicit, sortedWords } from "./client-metadata.ts";

/** In the order to try them. `single words`: some OPs register only these, and then allow any combination. */
const ladder = ["declared", "single words", "code", "native"] as const;
export type Flow = (typeof ladder)[number];

/** How refusals name a flow, also where they are about a field: "post_logout_redirect_uris for web clients using implicit
 * flow MUST …". */
const byName =
  /response[_ -]?type|grant[_ -]?type|implicit|hybrid|application[_ -]?type|native|\bweb (app|client)/i;
/** Redirect URIs: the flow decides which are allowed. */
const byRedirectUri = /redirect[_ -]?ur[il]|callback|https?\b|localhost|loopback/i;

/** The flows worth trying for this client. */
export function flowsFor(asked: ClientMetadata): Flow[] {
  const { response_types: types } = asked;
  const uris = [asked.redirect_uris ?? []].flat().map(String);
  const worth: Record<Flow, boolean> = {
    declared: true,
    "single words": types.some((type) => type.includes(" ")),
    code: types.some((type) => type !== "code"),
    // http is for native clients, or for web clients of the code flow (Registration 2).
    native: uris.some((uri) => uri.startsWith("http:")) && !("application_type" in asked),
  };
  return ladder.filter((flow) => worth[flow]);
}

/** The next flow to try after a refusal in these words; undefined if they are about something else.
 * @param field whether they name a field that the client could do without */
export function flowAfter(
  current: Flow,
  words: string,
  flows: readonly Flow[],
  field: boolean,
): Flow | undefined {
  const said = words.replace(/^HTTP \d+, /, "");
  if (!byName.test(said) && (field || !byRedirectUri.test(said))) return undefined;
  const rest = flows.slice(flows.indexOf(current) + 1);
  return /response[_ -]?type/i.test(said) ? rest[0] : rest.find((flow) => flow !== "single words");
}

/** The client as it registers for this flow. */
export function withFlow(asked: ClientMetadata, flow: Flow): ClientMetadata {
  if (flow === "declared") return asked;
  if (flow === "single words") return { ...asked, response_types: singleWords(asked) };
  const grants = [asked.grant_types ?? []].flat().map(String);
  return {
    ...asked,
    response_types: ["code"],
    ...(asked.grant_types !== undefined && { grant_types: grants.filter((grant) => grant !== "implicit") }),
    ...(flow === "native" && { application_type: "native" }),
  };
}

/** The fields that this flow changes. */
export const changedBy = (asked: ClientMetadata, flow: Flow): string[] => {
  const changed = withFlow(asked, flow);
  return Object.keys(changed).filter(
    (field) => JSON.stringify(changed[field]) !== JSON.stringify(asked[field]),
  );
};

/** The client with those of its response types and grants that the OP declares (Discovery 3). */
export function asDeclared(
  asked: ClientMetadata,
  { response_types_supported: types = ["code"] }: { response_types_supported?: readonly string[] },
): ClientMetadata {
  const supported = new Set(types.map(sortedWords));
  const both = asked.response_types.filter((type) => supported.has(sortedWords(type)));
  const response_types = both.length > 0 ? both : ["code"];
  const grants = [asked.grant_types ?? []].flat().map(String);
  const grant_types = needsImplicit(response_types) ? grants : grants.filter((each) => each !== "implicit");
  return { ...asked, response_types, ...(asked.grant_types !== undefined && { grant_types }) };
}

const singleWords = ({ response_types }: ClientMetadata): string[] => [
  ...new Set(response_types.flatMap((type) => sortedWords(type).split(" "))),
];
