/** What sample conversations are about, and how they go on. */
export const TOPICS = [
  'the quarterly report',
  'a slow import at night',
  'the release notes',
  'our holiday calendar',
  'an invoice that does not add up',
  'the onboarding checklist',
  'a failing backup',
  'names for the new service',
  'the supplier in Lisbon',
  'メールの返信案',
  'die Übersetzung der Anleitung',
  'a poem for a colleague',
] as const;

export const QUESTIONS = [
  'Can you summarise {topic} in three sentences?',
  'What should we look at first with {topic}?',
  'Who needs to know about {topic}?',
  'Please draft a short answer about {topic}.',
  'What did we decide about {topic}?',
] as const;

export const ANSWERS = [
  'Three things matter about {topic}: what changed, who is waiting for it, and what it costs to leave it.',
  'I would start with the facts we have on {topic}, and ask for the two that are missing.',
  'Here is a draft about {topic}. It is short, says what happened, and ends with one clear question.',
  'As far as the notes go, {topic} was left open; the next step is to agree on a date.',
] as const;
