/** All checks, ordered by family and number. */
import { families, familyOf } from "../report/report.ts";
import type { Check } from "../run/check.ts";
import { afterLogout } from "./after-logout.ts";
import { backChannel } from "./back-channel.ts";
import { browserSdks } from "./browser-sdks.ts";
import { delivery } from "./delivery.ts";
import { deliveryFailures } from "./delivery-failures.ts";
import { discovery } from "./discovery.ts";
import { frontChannel } from "./front-channel.ts";
import { frontChannelAddresses } from "./front-channel-addresses.ts";
import { frontChannelFailures } from "./front-channel-failures.ts";
import { idTokenHints } from "./id-token-hint.ts";
import { forgedHints } from "./id-token-hint-forged.ts";
import { isolation } from "./isolation.ts";
import { isolationIdentifiers } from "./isolation-identifiers.ts";
import { logoutPages } from "./logout-pages.ts";
import { logoutQuestions } from "./logout-questions.ts";
import { logoutState } from "./logout-state.ts";
import { logoutToken } from "./logout-token.ts";
import { logoutTokenKeys } from "./logout-token-keys.ts";
import { metadataHonesty } from "./metadata-honesty.ts";
import { opIframe } from "./op-iframe.ts";
import { opIframeBlocked } from "./op-iframe-blocked.ts";
import { opIframeStrangers } from "./op-iframe-strangers.ts";
import { postLogoutUris } from "./post-logout-uri.ts";
import { rpInitiated } from "./rp-initiated.ts";
import { sessionState } from "./session-state.ts";
import { walkthrough } from "./walkthrough.ts";

const all: readonly Check[] = [
  ...walkthrough,
  ...rpInitiated,
  ...logoutState,
  ...postLogoutUris,
  ...forgedHints,
  ...idTokenHints,
  ...logoutQuestions,
  ...logoutPages,
  ...afterLogout,
  ...backChannel,
  ...logoutToken,
  ...logoutTokenKeys,
  ...frontChannel,
  ...frontChannelFailures,
  ...frontChannelAddresses,
  ...sessionState,
  ...opIframe,
  ...opIframeStrangers,
  ...opIframeBlocked,
  ...browserSdks,
  ...delivery,
  ...deliveryFailures,
  ...isolation,
  ...isolationIdentifiers,
  ...discovery,
  ...metadataHonesty,
];

const order = Object.keys(families);

/** `R-02` before `R-10` before `B-01`. */
const rank = ({ id }: Check): number => order.indexOf(familyOf({ id })) * 1000 + Number(id.slice(2));

export const catalogue: readonly Check[] = all.toSorted((a, b) => rank(a) - rank(b));
