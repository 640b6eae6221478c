(() => {
  const CHECKED = "checked";
  const TOKEN = "form_token";
  const LONGEST_WAIT_MS = 30_000;
  const GO_AFTER_MS = 8_000;
  const kept = "input:not([type=hidden]), select";
  const language = document.documentElement.lang;
  let timer = 0;
  let polls = 0;

  const all = (selector) => document.querySelectorAll(selector);

  /** Gets a page, and gives its document. */
  const load = async (url, options) => {
    const reply = await fetch(url, options);
    // Says nothing of the link: whoever waits goes on waiting.
    if (reply.status === 429 || reply.status >= 500) throw new Error(`status ${reply.status}`);
    const text = await reply.text();
    // The policy of this page would refuse another page's style even there, where nobody sees it.
    return new DOMParser().parseFromString(text.replace(/<(style)[\s\S]*?<\/\1>/, ""), "text/html");
  };

  /** Puts another page in this one's place, with what has been typed. */
  const show = (page) => {
    const typed = new Map([...all(kept)].map((input) => [input.name, input.value]));
    const focused = document.activeElement?.id;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.title = page.title;
    for (const input of all(kept)) {
      const value = typed.get(input.name);
      if (value) input.value = value;
    }
    if (focused) document.getElementById(focused)?.focus();
    setUp();
  };

  /** Follows a choice without losing what has been typed. */
  const choose = async (url) => {
    try {
      show(await load(url));
      history.replaceState(null, "", url);
    } catch {
      location.assign(url);
    }
  };

  /** Asks again how the payment stands, more and more rarely. */
  const poll = () => {
    clearTimeout(timer);
    const form = document.querySelector("form[data-poll]");
    if (!form) return;
    if (form.dataset.poll === "now") {
      form.requestSubmit();
      return;
    }
    timer = setTimeout(
      async () => {
        polls += 1;
        try {
          if (!document.hidden) await refresh(form);
        } catch {
          // Whether or not there was an answer, there is a next time.
        }
        poll();
      },
      Math.min(LONGEST_WAIT_MS, 3_000 * 1.5 ** polls),
    );
  };

  const refresh = async (form) => {
    const before = document.querySelector("main").getAttribute("data-standing");
    const page = await load(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const now = page.querySelector("main")?.getAttribute("data-standing");
    if (!now) return;
    if (now === before) {
      // The form's token would run out on a page that is open for long.
      const token = page.querySelector(`form[data-poll] [name="${TOKEN}"]`);
      if (token) form.elements[TOKEN].value = token.value;
      return;
    }
    show(page);
    document.getElementById("announce").textContent = page.title;
  };

  /** Tells the end of a number that is covered while it is not being written. */
  const tellEnd = (input) => {
    const end = document.getElementById(`${input.id}-end`);
    const digits = input.value.replace(/\W/g, "").slice(-4);
    end.hidden = digits.length < 4;
    end.textContent = end.dataset.text.replace("{digits}", `\u2068${digits}\u2069`);
  };

  const nextImage = (image) => {
    const [next, ...others] = (image.dataset.others ?? "").split(" ").filter(Boolean);
    if (!next) {
      image.remove();
      return;
    }
    image.dataset.others = others.join(" ");
    image.src = next;
  };

  const go = (link) => {
    const goTimer = setTimeout(() => location.assign(link.href), GO_AFTER_MS);
    for (const stay of all("[data-stay]")) {
      stay.hidden = false;
      stay.querySelector("button").addEventListener("click", () => {
        clearTimeout(goTimer);
        stay.remove();
      });
    }
  };

  const setUp = () => {
    for (const input of all(".covered")) tellEnd(input);
    for (const image of all("img")) if (image.complete && image.naturalWidth === 0) nextImage(image);
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
    for (const time of all("time[data-local]")) time.textContent = format.format(new Date(time.dateTime));
    for (const link of all("a[data-go]")) go(link);
    poll();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-choice]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link.href);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("select[data-choice]")) return;
    const url = new URL(location.href);
    url.searchParams.set(event.target.name, event.target.value);
    url.searchParams.delete(CHECKED);
    choose(url.href);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches(".covered")) tellEnd(event.target);
  });
  document.addEventListener(
    "error",
    (event) => {
      if (event.target.tagName === "IMG") nextImage(event.target);
    },
    true,
  );
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  setUp();
  document.querySelector("[data-problems]")?.focus();
})();
