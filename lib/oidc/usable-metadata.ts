/** What a Relying Party can use of a discovery document (Discovery 3) and of a JWK Set (RFC 7517 5). Values that the
 * specification does not allow count as not declared, and are named: the rest may be all that is needed. */
import { createPublicKey } from "node:crypto";
import type { JWK } from "jose";
import { isWebUrl } from "#lib/net/web-url.ts";
import { show } from "./verdict.ts";

interface Usable<Value> {
  value: Value;
  /** What is left out, and why: a sentence each, without its full stop. */
  ignored: string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Members that contain a value of this kind, and why another value is none. */
const kinds: { has: (name: string) => boolean; fits: (value: unknown) => boolean; why: string }[] = [
  {
    has: (name) => name.endsWith("_endpoint") || name === "jwks_uri" || name === "check_session_iframe",
    fits: isWebUrl,
    why: "not an http or https URL",
  },
  {
    has: (name) =>
      /^(?:back|front)channel_logout_(?:session_)?supported$/.test(name) ||
      name === "authorization_response_iss_parameter_supported" ||
      name === "end_session_everywhere_supported",
    fits: (value) => typeof value === "boolean",
    why: "neither true nor false",
  },
];

const isList = (name: string) => /(?:scopes|types|modes|methods|values|claims|locales)_supported$/.test(name);

/** The members that a Relying Party can use. */
export function usableMetadata<Document extends Json>(document: Document): Usable<Document> {
  const ignored: string[] = [];
  const usable = Object.entries(document).filter(([name, value]) => {
    const kind = kinds.find(({ has }) => has(name));
    if (isList(name) ? Array.isArray(value) : (kind?.fits(value) ?? true)) return true;
    ignored.push(`${name} is ${show(value)}, which is ${isList(name) ? "not a list" : kind?.why}`);
    return false;
  });
  const lists = usable.map(([name, value]) => {
    if (!isList(name)) return [name, value];
    const [texts, others] = divided(value as unknown[], (item) => typeof item === "string");
    for (const item of others) ignored.push(`${name} contains ${show(item)}, which is not text`);
    return [name, texts];
  });
  return { value: Object.fromEntries(lists) as Document, ignored: shortened(ignored) };
}

/** The public keys of a JWK Set, without members that are of no use here.
 * @returns undefined if it is not a JWK Set */
export function usableKeys(set: unknown): Usable<JWK[]> | undefined {
  const { keys } = Object(set) as { keys?: unknown };
  if (!Array.isArray(keys)) return undefined;
  const [usable, others] = divided(keys, isUsableKey);
  const ignored = others.map(
    (key) => `the JWK Set contains ${outlineOf(key)}, which is not a usable public key`,
  );
  return { value: usable.map((key) => picked(key as Json)), ignored: shortened(ignored) };
}

function isUsableKey(key: unknown): boolean {
  const { alg, use, kid, key_ops: operations, ...values } = Object(key) as Json;
  const texts = [alg, use, kid].every((value) => value === undefined || typeof value === "string");
  if (!texts || !(operations === undefined || isTexts(operations))) return false;
  try {
    createPublicKey({ key: values, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}

const isTexts = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string");

const keyMembers = ["kty", "kid", "alg", "use", "key_ops", "n", "e", "crv", "x", "y", "pub"];

const picked = (key: Json): JWK =>
  Object.fromEntries(Object.entries(key).filter(([name]) => keyMembers.includes(name)));

/** Which entry it is: never its values, one of which may be private. */
function outlineOf(key: unknown): string {
  if (typeof key !== "object" || key === null || Array.isArray(key)) return show(key, 20);
  const { kty, kid } = key as Json;
  return `a key with kty ${show(kty, 20)} and kid ${show(kid, 60)}`;
}

function divided<Item>(items: readonly Item[], fits: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(fits), items.filter((item) => !fits(item))];
}

/** Enough to find the fault. */
const most = 10;

const shortened = (phrases: string[]): string[] =>
  phrases.length > most ? [...phrases.slice(0, most), `${phrases.length - most} more like these`] : phrases;
