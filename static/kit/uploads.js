// Files on their way to the server: one after the other, with progress; each can be called off or sent again.

const TRIES_AFTER_S = 10;

/** `onChange` is told of every change of the list it returns, `onTaken` of each file the server has: its id here, and the import. */
export function createUploads({ url, largest, onChange, onTaken }) {
  const list = [];
  let number = 0;

  function add(files) {
    for (const file of files) {
      number += 1;
      const upload = { id: `upload-${number}`, name: file.name, size: file.size, file, sent: 0, state: "queued", error: "" };
      if (file.size > largest) fail(upload, `It is larger than ${Math.floor(largest / 1e6)} MB. Bring the files in it one by one, or zipped.`);
      list.push(upload);
    }
    onChange();
    sendNext();
  }

  function sendNext() {
    const upload = list.find((one) => one.state === "queued");
    if (!upload || list.some((one) => one.state === "sending")) return;
    const request = new XMLHttpRequest();
    Object.assign(upload, { state: "sending", sent: 0, error: "", request });
    request.open("POST", url);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      upload.sent = Math.min(upload.size, event.loaded);
      onChange();
    };
    request.onload = () => onAnswer(upload, request);
    request.onerror = () => onAnswer(upload, null);
    const form = new FormData();
    form.append("file", upload.file, upload.name);
    request.send(form);
    onChange();
  }

  function onAnswer(upload, answer) {
    if (answer?.status === 401) return location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    if (answer?.status === 202) {
      onTaken(upload.id, answer.response);
      remove(upload.id);
    } else if (answer?.status === 429) {
      upload.state = "waiting";
      setTimeout(() => again(upload.id), 1000 * Number(answer.getResponseHeader("Retry-After") ?? TRIES_AFTER_S));
    } else if (answer) {
      fail(upload, answer.response?.error?.message ?? "That did not work. Try again in a moment.");
      upload.isUnfit = answer.status < 500 && answer.status !== 408 && answer.status !== 409;
    } else {
      fail(upload, "The connection to SongSwap broke off. Try again.");
    }
    onChange();
    sendNext();
  }

  function fail(upload, error) {
    Object.assign(upload, { state: "failed", error });
    upload.isUnfit = upload.size > largest;
  }

  function again(id) {
    const upload = list.find((one) => one.id === id);
    if (!upload) return;
    upload.state = "queued";
    onChange();
    sendNext();
  }

  function remove(id) {
    const place = list.findIndex((one) => one.id === id);
    if (place < 0) return;
    const [upload] = list.splice(place, 1);
    if (upload.state === "sending") upload.request.abort();
    onChange();
    sendNext();
  }

  addEventListener("beforeunload", (event) => {
    if (list.some((one) => one.state === "sending" || one.state === "queued" || one.state === "waiting")) event.preventDefault();
  });
  return { list, add, again, remove };
}
