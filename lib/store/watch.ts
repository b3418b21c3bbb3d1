/** Callbacks for the state of a store. */
export interface StoreWatch {
  /** It works, for the first time or again. */
  onConnected?: () => void;
  /** It does not work; called once until it does again. */
  onLost?: (error: Error) => void;
}
