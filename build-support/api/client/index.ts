/** The platform's API, typed by its OpenAPI document: `await client.GET("/api/v1/courses")`. */
import createFetchClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, operations, paths } from "./schema.js";
export type Schemas = components["schemas"];
/** Every refusal; its `type` tells them apart. */
export type Problem = Schemas["Problem"];

const EARLY_MS = 30_000;

/** A client and who is signed in with it. Tokens stay in memory, and are renewed before they end. */
export class Lms {
  readonly api: Client<paths>;
  #tokens: (Schemas["TokensView"] & { ends: number }) | undefined;
  #renewal: Promise<void> | undefined;
  readonly #bare: Client<paths>;

  constructor(baseUrl: string) {
    this.#bare = createFetchClient<paths>({ baseUrl });
    this.api = createFetchClient<paths>({ baseUrl });
    this.api.use(this.#middleware());
  }

  /** Undefined when it worked, else why it did not. */
  async signIn(email: string, password: string): Promise<Problem | undefined> {
    const { data, error } = await this.#bare.POST("/api/v1/auth/login", { body: { email, password } });
    this.#keep(data);
    return error;
  }

  async signOut(): Promise<void> {
    const tokens = this.#tokens;
    this.#tokens = undefined;
    if (tokens) await this.#bare.POST("/api/v1/auth/logout", { body: { refresh_token: tokens.refresh_token } });
  }

  #keep(tokens: Schemas["TokensView"] | undefined): void {
    this.#tokens = tokens && { ...tokens, ends: Date.now() + tokens.expires_in * 1000 };
  }

  /** One renewal at a time: a refresh token counts once. Only a 401 says that it does not count any more. */
  async #fresh(): Promise<string | undefined> {
    if (this.#tokens && this.#tokens.ends - EARLY_MS < Date.now()) {
      const body = { refresh_token: this.#tokens.refresh_token };
      this.#renewal ??= this.#bare
        .POST("/api/v1/auth/refresh", { body })
        .then(({ data, response }) => {
          if (data || response.status === 401) this.#keep(data);
        })
        .finally(() => (this.#renewal = undefined));
      await this.#renewal;
    }
    return this.#tokens?.access_token;
  }

  /** A token with every request, and an Idempotency-Key with every POST that has none. */
  #middleware(): Middleware {
    return {
      onRequest: async ({ request }) => {
        const token = await this.#fresh();
        if (token !== undefined) request.headers.set("Authorization", `Bearer ${token}`);
        if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
          request.headers.set("Idempotency-Key", crypto.randomUUID());
        }
        return request;
      },
    };
  }
}
