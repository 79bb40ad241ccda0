import packageJson from '../package.json' with { type: 'json' };

/** This package's version, kept with each migration that it runs. */
export const packageVersion: string = packageJson.version;
