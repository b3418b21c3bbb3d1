/** All rows, in the order in which they run. */
import type { Row } from "../row.ts";
import { browserRow } from "./browser.ts";
import { endings } from "./endings.ts";
import { fanOut } from "./fan-out.ts";
import { firstLoad } from "./first-load.ts";
import { image } from "./image.ts";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { page } from "./page.ts";
import { receivers } from "./receivers.ts";
import { redis } from "./redis.ts";
import { stores } from "./stores.ts";
import { suite } from "./suite.ts";

export const rows: readonly Row[] = [
  receivers,
  latency,
  redis,
  stores,
  endings,
  fanOut,
  page,
  browserRow,
  firstLoad,
  memory,
  image,
  suite,
];
