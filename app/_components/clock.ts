/** Time of day of an instant in milliseconds, in UTC as in the log. */
export const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;
