/** What is examined: an app, its client, and its OpenID Provider. */
import type { ClientToRegister } from "#lib/oidc/client-metadata.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { Prober } from "./prober.ts";

export interface Patient {
  issuer: string;
  app: ClientToRegister;
  /** Undefined if none is known: then the checks that need one are inconclusive. */
  client: PatientClient | undefined;
}

export interface PatientClient {
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Of its ID Tokens. */
  encryption?: Encryption;
}

/** What a check works with. */
export interface Case extends Patient {
  /** What the issuer declares, without unusable values. */
  metadata: Metadata;
  prober: Prober;
  now: () => number;
}

/** `id_token_signed_response_alg` */
export const algOf = ({ app }: Pick<Patient, "app">): string => app.alg ?? "RS256";

/** The base URL at which the OpenID Provider's server reaches the app. */
export const serverUrlOf = ({ app }: Pick<Patient, "app">): string => app.serverUrl ?? app.baseUrls[0];
