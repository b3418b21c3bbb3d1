/** Compares a record with the wanted settings. Settings that we do not know stay as they are. */

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The dotted names of the wanted settings that are missing or have another value. */
export function differences(current: unknown, wanted: Json, prefix = ""): string[] {
  const there = isObject(current) ? current : {};
  return Object.entries(wanted).flatMap(([name, value]) => {
    if (isObject(value)) return differences(there[name], value, `${prefix}${name}.`);
    return holds(there[name], value) ? [] : [`${prefix}${name}`];
  });
}

/** The current settings, overwritten by the wanted ones. */
export function merged(current: unknown, wanted: Json): Json {
  const there = isObject(current) ? current : {};
  const over = Object.entries(wanted).map(([name, value]) => [
    name,
    isObject(value) ? merged(there[name], value) : value,
  ]);
  return { ...there, ...Object.fromEntries(over) };
}

/** Whether a value has at least what is wanted; lists in any order. */
function holds(current: unknown, wanted: unknown): boolean {
  if (isObject(wanted)) return differences(current, wanted).length === 0;
  if (!Array.isArray(wanted)) return current === wanted;
  return (
    Array.isArray(current) &&
    current.length === wanted.length &&
    wanted.every((item) => current.some((each) => holds(each, item)))
  );
}
