import { startFakeStripe } from "../../test/fakes/stripe/fake-stripe.ts";

const fake = await startFakeStripe({ record: false });
console.error(fake.url);
process.once("SIGTERM", () => process.exit());
