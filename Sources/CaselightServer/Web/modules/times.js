// Writes <time datetime="…Z"> in the viewer's own zone, with its offset. data-form: "clock" is the time of day alone, "date" the day,
// "since" how long ago as a running clock; without it all of it. The title always says all of it.
const two = (number) => String(number).padStart(2, "0");

export function offset(date) {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export const day = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
export const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
export const whole = (date) => `${day(date)} ${clock(date)} ${offset(date)}`;

// 4:07, 2:04:07, 3 d 2:04.
export function since(date, now = Date.now()) {
  const seconds = Math.max(0, Math.floor((now - date) / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${days} d ${hours}:${two(minutes)}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const forms = { clock, date: day, since };

export function showTimes(root = document) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    element.textContent = (forms[element.dataset.form] ?? whole)(date);
    element.title = whole(date);
  }
}

// What somebody chose in a datetime-local field, which has no zone: the viewer's.
export const chosen = (text) => (text ? new Date(text).toISOString() : "");

// For such a field.
export const forField = (date) => `${day(date)}T${clock(date)}`;

setInterval(() => {
  for (const element of document.querySelectorAll('time[data-form="since"]')) element.textContent = since(new Date(element.dateTime));
}, 1000);
