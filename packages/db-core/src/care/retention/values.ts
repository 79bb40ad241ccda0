/** The values of a statement, each with its place in it. */
export class Values {
  readonly all: unknown[];

  /** After those that a part of the statement has already. */
  constructor(before: readonly unknown[] = []) {
    this.all = [...before];
  }

  place(value: unknown): string {
    this.all.push(value);
    return `$${this.all.length}`;
  }

  places(values: readonly unknown[]): string {
    return values.map((value) => this.place(value)).join(', ');
  }
}
