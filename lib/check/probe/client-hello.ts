/** What a TLS client says first: which versions it offers. It is read from the bytes, as a client that breaks the handshake
 * off has agreed on nothing that a server could be asked for. */

/** Its record, and what is in there (RFC 8446 5.1, 4). */
const [handshake, clientHello, supportedVersions] = [22, 1, 43];

const names = new Map([
  [0x0300, "SSL 3.0"],
  [0x0301, "TLS 1.0"],
  [0x0302, "TLS 1.1"],
  [0x0303, "TLS 1.2"],
  [0x0304, "TLS 1.3"],
]);

/** Those that nobody may negotiate any more (RFC 9325 3.1.1). */
export const obsolete: readonly string[] = ["SSL 3.0", "TLS 1.0", "TLS 1.1"];

/** The versions that a ClientHello offers, the lowest first: the list of a client that knows TLS 1.3, and of an older one
 * the highest, which is all it says (RFC 8446 4.2.1, D).
 * @returns undefined while more has to come; empty for what is no ClientHello */
export function offeredVersions(bytes: Buffer): string[] | undefined {
  if (bytes.length > 0 && bytes[0] !== handshake) return [];
  if (bytes.length < 5) return undefined;
  const record = bytes.subarray(5, 5 + bytes.readUInt16BE(3));
  if (record.length < bytes.readUInt16BE(3)) return undefined;
  try {
    return versionsIn(record);
  } catch (error) {
    if (error instanceof RangeError) return []; // it ends too early
    throw error;
  }
}

/** RFC 8446 4.1.2. */
function versionsIn(hello: Buffer): string[] {
  if (hello[0] !== clientHello) return [];
  const legacy = hello.readUInt16BE(4);
  let at = 38; // type, length, version and random are behind us
  at += 1 + hello.readUInt8(at); // session
  at += 2 + hello.readUInt16BE(at); // cipher suites
  at += 1 + hello.readUInt8(at); // compression methods
  const extensions =
    at < hello.length ? hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at)) : hello.subarray(at);
  const list = extension(extensions, supportedVersions);
  const versions = list
    ? Array.from({ length: list.readUInt8(0) / 2 }, (_, index) => list.readUInt16BE(1 + 2 * index))
    : [legacy];
  // What has no name is one that nobody has: it keeps servers from stumbling over new ones (RFC 8701).
  return versions.toSorted((a, b) => a - b).flatMap((version) => names.get(version) ?? []);
}

function extension(extensions: Buffer, wanted: number): Buffer | undefined {
  for (let at = 0; at < extensions.length; ) {
    const length = extensions.readUInt16BE(at + 2);
    if (extensions.readUInt16BE(at) === wanted) return extensions.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}
