/** The others: `npm test -- lesser-faults`. */
import { everyFaultIsCaught } from "./caught.ts";

everyFaultIsCaught("medium", "low", "info");
