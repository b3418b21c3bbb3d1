/** Spreads work over turns of the event loop, so that requests are answered in between. */

/** How many may begin in one turn: each costs about a millisecond. */
const perTurn = 4;

export class Pace {
  #waiting: (() => void)[] = [];

  /** Resolves when the caller may begin. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#letGo());
    });
  }

  #letGo(): void {
    for (const begin of this.#waiting.slice(0, perTurn)) begin();
    this.#waiting = this.#waiting.slice(perTurn);
    if (this.#waiting.length > 0) setImmediate(() => this.#letGo());
  }
}
