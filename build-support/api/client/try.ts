/** The client against a running platform: `node try.js http://127.0.0.1:8000`. Somebody new signs in and looks around. */
import { Lms, type Problem, type Schemas } from "./index.js";

declare const process: { argv: string[]; exitCode: number };

const SECONDS = 10;

function must<T>(what: string, answer: { data?: T; error?: Problem; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${what}: ${answer.response.status} ${answer.error?.type}`);
  console.log(`${what}: ${answer.response.status}`);
  return answer.data;
}

/** Right after registration the profile is still being made: the type of the problem says so, and the client knows it. */
async function profile(lms: Lms): Promise<{ me: Schemas["MyProfileView"]; etag: string }> {
  for (const end = Date.now() + SECONDS * 1000; ; ) {
    const answer = await lms.api.GET("/api/v1/users/me");
    if (answer.error?.type === "/problems/not-yet" && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    return { me: must("profile", answer), etag: answer.response.headers.get("ETag") ?? "" };
  }
}

async function main(url: string): Promise<void> {
  const lms = new Lms(url);
  const email = `ada.${crypto.randomUUID()}@example.org`;
  const password = "correct horse battery";
  must("register", await lms.api.POST("/api/v1/auth/register", { body: { email, password, display_name: "Ada" } }));

  const wrong = await lms.signIn(email, "not the password");
  if (wrong?.type !== "/problems/auth/bad-credentials") throw new Error(`a wrong password: ${wrong?.type}`);
  console.log(`a wrong password: ${wrong.status} ${wrong.type}`);
  const refusal = await lms.signIn(email, password);
  if (refusal) throw new Error(`sign in: ${refusal.type}`);
  console.log("sign in: 200");

  const courses = must("courses", await lms.api.GET("/api/v1/courses", { params: { query: { limit: 5 } } }));
  for (const course of courses.items) console.log(`  ${course.title} (${course.status})`);

  const { me, etag } = await profile(lms);
  const params = { header: { "If-Match": etag } };
  const edited = must("edit", await lms.api.PATCH("/api/v1/users/me", { params, body: { bio: "Mathematics." } }));
  if (me.display_name !== "Ada" || edited.bio !== "Mathematics.") throw new Error("the profile is another one");
  const stale = await lms.api.PATCH("/api/v1/users/me", { params, body: { bio: "Poetry." } });
  if (stale.error?.type !== "/problems/stale") throw new Error(`an old ETag: ${stale.response.status}`);
  console.log(`an old ETag: ${stale.error.status} ${stale.error.type}`);

  await lms.signOut();
  const signedOut = await lms.api.GET("/api/v1/users/me");
  if (signedOut.error?.type !== "/problems/unauthenticated") throw new Error("signed out, and yet answered");
  console.log(`signed out: ${signedOut.error.status} ${signedOut.error.type}`);
}

main(process.argv[2] ?? "http://127.0.0.1:8000").catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 1;
});
