export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
