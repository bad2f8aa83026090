// Sending a small file.

/** Send `file` to `path`; the answer is the state after it. Throws an Error with words for people. */
export async function sendFile(path, file) {
  const body = new FormData();
  body.append("file", file);
  const answer = await fetch(path, { method: "PUT", body }).catch(() => null);
  if (!answer) throw new Error("The connection to SongSwap is lost. Try again in a moment.");
  const content = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(content?.error?.message ?? "That did not work. Try again in a moment.");
  return content;
}
