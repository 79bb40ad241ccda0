/**
 * Which answers depend on what. Most rows have one answer that depends on them, so one is kept as it is and only several in
 * a set: a set for each would take more than many an answer.
 */
export class Dependencies {
  readonly #answers = new Map<string, string | Set<string>>();

  add(answer: string, dependencies: readonly string[]): void {
    for (const dependency of dependencies) {
      const known = this.#answers.get(dependency);
      if (known === undefined) this.#answers.set(dependency, answer);
      else if (typeof known !== 'string') known.add(answer);
      else if (known !== answer) this.#answers.set(dependency, new Set([known, answer]));
    }
  }

  remove(answer: string, dependencies: readonly string[]): void {
    for (const dependency of dependencies) {
      const known = this.#answers.get(dependency);
      if (known === answer) this.#answers.delete(dependency);
      else if (known instanceof Set && known.delete(answer) && known.size === 0) this.#answers.delete(dependency);
    }
  }

  /** A list of its own: whoever goes through it may remove from here. */
  of(dependency: string): readonly string[] {
    const known = this.#answers.get(dependency);
    if (known === undefined) return [];
    return typeof known === 'string' ? [known] : [...known];
  }

  clear(): void {
    this.#answers.clear();
  }
}
