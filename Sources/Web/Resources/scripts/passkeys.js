// A passkey is asked of the device, and what it answers goes into the form. Without this, passwords and codes work all the same.
const supported = window.PublicKeyCredential !== undefined && navigator.credentials !== undefined;

for (const element of document.querySelectorAll("[data-needs-passkeys]")) element.hidden = !supported;

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function ask(form) {
  const { challenge, host, credentials, userId, userName } = form.dataset;
  const known = credentials.split(" ").filter((id) => id !== "").map((id) => ({ type: "public-key", id: bytes(id) }));
  const common = { challenge: bytes(challenge), timeout: 240000, userVerification: "required" };
  if (form.dataset.passkey === "get") {
    const { id, response } = await navigator.credentials.get({
      publicKey: { ...common, rpId: host, allowCredentials: known },
    });
    return {
      credential: id, clientData: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData), signature: text(response.signature),
    };
  }
  const { id, response } = await navigator.credentials.create({
    publicKey: {
      ...common, rp: { id: host, name: "Azukari" },
      user: { id: new TextEncoder().encode(userId), name: userName, displayName: userName },
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: known, attestation: "none",
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    },
  });
  return {
    credential: id, clientData: text(response.clientDataJSON),
    authenticatorData: text(response.getAuthenticatorData()), publicKey: text(response.getPublicKey()),
    algorithm: response.getPublicKeyAlgorithm(),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const failed = form.querySelector("[data-passkey-failed]");
  form.querySelector("[data-passkey-missing]").hidden = supported;
  button.disabled = !supported;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value !== "") return;
    event.preventDefault();
    button.disabled = true;
    failed.hidden = true;
    try {
      for (const [name, value] of Object.entries(await ask(form))) form.elements[name].value = value;
      form.submit();
    } catch {
      // Refused, gone away, or too slow: the device has said why.
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
