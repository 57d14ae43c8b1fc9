// Swagger UI on this installation's own document. The key stays in the memory of this browser tab. When it is given
// it is tried at once, and the examples are made of the key's own rooms and free times: they work as they stand.
const API = "/api/v1";
const DAY = 24 * 60 * 60 * 1000;

const told = document.getElementById("told");

function tell(text, good) {
  told.textContent = text;
  told.className = good ? "good" : "bad";
}

async function ask(path, key) {
  if (!/^[!-~]+$/.test(key)) throw new Error("There are characters in it that no key has.");
  const answer = await fetch(API + path, { headers: { Authorization: `Bearer ${key}` } }).catch(() => {
    throw new Error("The API can't be reached.");
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error.message);
  return body;
}

const dayIn = (days) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** A room with a free time in the next two weeks, tomorrow's rather than today's; nothing where there is none. */
async function findSlot(key) {
  const { rooms } = await ask(`/schedules?startDate=${dayIn(1)}&endDate=${dayIn(14)}`, key);
  const offer = rooms.find(({ slots }) => slots.length);
  return offer && { room: offer.room.slug, ...offer.slots[0] };
}

/** What a body's example becomes for this organization and its free slot, by path. */
const bodies = {
  // Without guests: as many as the room takes at least.
  "/api/v1/bookings": ({ customer, metadata }, organization, { room, start, end }) => {
    const durationMinutes = (new Date(end) - new Date(start)) / 60000;
    return { room, start, durationMinutes, customer, metadata };
  },
  "/api/bookings": ({ name, email, notes }, organization, { room, start, end }) => {
    return { bookingType: room, username: organization.slug, start, end, name, email, notes };
  },
};

/** The document with the examples that depend on whom one is and when it is. Other bookings' ids are left alone. */
function withOwnExamples(spec, organization, slot) {
  const own = {
    startDate: dayIn(1),
    endDate: dayIn(7),
    orgId: organization.slug,
    username: organization.slug,
    slug: slot?.room,
    room: slot?.room,
    start: slot?.start,
    "Idempotency-Key": `order-${Date.now()}`,
  };
  for (const operation of Object.values(spec.paths).flatMap(Object.values)) {
    for (const parameter of operation.parameters ?? []) {
      if (parameter.example && own[parameter.name]) parameter.example = own[parameter.name];
    }
  }
  for (const [path, filled] of Object.entries(slot ? bodies : {})) {
    const content = spec.paths[path].post.requestBody.content["application/json"];
    content.example = filled(content.example, organization, slot);
  }
  return spec;
}

async function tryKey({ specActions, specSelectors, authActions }, key) {
  try {
    const { organization } = await ask("/me", key);
    const slot = await findSlot(key).catch(() => undefined); // a key that may not see schedules is good for the rest
    specActions.updateJsonSpec(withOwnExamples(specSelectors.specJson().toJS(), organization, slot));
    tell(`This key works: ${organization.name}, ${organization.plan} plan.`, true);
  } catch (fault) {
    authActions.logout(["apiKey"]);
    tell(`This key doesn't work. ${fault.message}`, false);
  }
}

function given(key) {
  return (key ?? "").trim().replace(/^Bearer\s+/i, "");
}

const KeyIsTried = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize, system) => (payload) => {
          const value = given(payload.apiKey.value);
          authorize({ ...payload, apiKey: { ...payload.apiKey, value } });
          return tryKey(system, value);
        },
        logout: (logout) => (names) => {
          tell("", true);
          return logout(names);
        },
      },
    },
  },
};

window.ui = SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#docs",
  plugins: [KeyIsTried],
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
});
