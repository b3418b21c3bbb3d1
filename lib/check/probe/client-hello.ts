/** The TLS versions that a client offers, read from the bytes of its ClientHello: if it aborts the handshake, the server
 * knows no negotiated version. */

/** Record, message and extension types (RFC 8446 5.1, 4). */
const [handshake, clientHello, supportedVersions] = [22, 1, 43];

const names = new Map([
  [0x0300, "SSL 3.0"],
  [0x0301, "TLS 1.0"],
  [0x0302, "TLS 1.1"],
  [0x0303, "TLS 1.2"],
  [0x0304, "TLS 1.3"],
]);

/** Versions that must not be negotiated (RFC 9325 3.1.1). */
export const obsolete: readonly string[] = ["SSL 3.0", "TLS 1.0", "TLS 1.1"];

/** The versions that a ClientHello offers, the lowest first. A client without TLS 1.3 sends only its highest version
 * (RFC 8446 4.2.1, D).
 * @returns undefined while the ClientHello is incomplete; empty if the bytes are something else */
export function offeredVersions(bytes: Buffer): string[] | undefined {
  if (bytes.length > 0 && bytes[0] !== handshake) return [];
  if (bytes.length < 5) return undefined;
  const record = bytes.subarray(5, 5 + bytes.readUInt16BE(3));
  if (record.length < bytes.readUInt16BE(3)) return undefined;
  try {
    return versionsIn(record);
  } catch (error) {
    if (error instanceof RangeError) return []; // truncated
    throw error;
  }
}

/** RFC 8446 4.1.2. */
function versionsIn(hello: Buffer): string[] {
  if (hello[0] !== clientHello) return [];
  const legacy = hello.readUInt16BE(4);
  let at = 38; // after type, length, version and random
  at += 1 + hello.readUInt8(at); // session
  at += 2 + hello.readUInt16BE(at); // cipher suites
  at += 1 + hello.readUInt8(at); // compression methods
  const extensions =
    at < hello.length ? hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at)) : hello.subarray(at);
  const list = extension(extensions, supportedVersions);
  const versions = list
    ? Array.from({ length: list.readUInt8(0) / 2 }, (_, index) => list.readUInt16BE(1 + 2 * index))
    : [legacy];
  // Unnamed versions are GREASE (RFC 8701).
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
