/** The address of an issuer's discovery document (Discovery 4.1): a terminating slash of the issuer is dropped here,
 * and nowhere else, because issuers are compared byte for byte. */
export const discoveryUrl = (issuer: string): string => `${issuer.replace(/\/$/, "")}${discoveryPath}`;

export const discoveryPath = "/.well-known/openid-configuration";
