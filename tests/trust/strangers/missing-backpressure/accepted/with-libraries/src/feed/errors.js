export class FeedError extends Error {
  constructor(message, { status, cause } = {}) {
    super(message, { cause });
    this.name = 'FeedError';
    this.status = status;
  }
}
