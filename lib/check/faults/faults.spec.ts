/** The faults that matter most: in every run of the tests. */
import { everyFaultIsCaught } from "./caught.ts";

everyFaultIsCaught("critical", "high");
