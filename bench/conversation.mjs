// One petition as a person reports it: twenty updates from the menu to the thanks, with a step back, an answer that is
// refused, two questions skipped and one answer changed on the review. Both bots are led by the same lines.
//
// Each line: what the screen must show before (`sees`), then what is typed (`types`) or which button is pressed
// (`taps`: "first" choice, or a control's name). danvan marks controls "~back", the aiogram bot "nav:back".

const STORY =
  "Đường từ nhà văn hóa xóm ra tỉnh lộ sụt một đoạn dài khoảng 5 mét sau trận mưa tối qua, xe máy không qua được, " +
  "các cháu học sinh phải đi vòng hơn 2 cây số. Bà con đề nghị xã cho người đến xem và sửa sớm.";

export const LINES = [
  { types: "/start" },
  { sees: /đồng chí/i, taps: "petition", begun: true },
  { sees: /kể lại sự việc/i, types: STORY },
  { sees: /lĩnh vực nào/i, taps: "first" },
  { sees: /phản ánh hay kiến nghị/i, taps: "first" },
  { sees: /thôn, xóm nào/i, taps: "first" },
  { sees: /chỗ đó ở đâu/i, types: "cách cổng trường tiểu học 200 mét, phía tay trái" },
  { sees: /từ ngày nào/i, types: "hôm qua" },
  { sees: /bao nhiêu hộ/i, types: "nhiều lắm" },
  { sees: /bao nhiêu hộ/i, types: "38 hộ" },
  { sees: /gấp đến mức nào/i, taps: "first" },
  { sees: /từ đâu/i, taps: "back" },
  { sees: /gấp đến mức nào/i, taps: "first" },
  { sees: /từ đâu/i, taps: "first" },
  { sees: /liên hệ ai/i, taps: "skip" },
  { sees: /có ảnh/i, taps: "skip" },
  { sees: /trước khi gửi/i, taps: "edit" },
  { sees: /sửa câu nào|câu trả lời nào|mục nào/i, taps: "households" },
  { sees: /bao nhiêu hộ/i, types: "40 hộ" },
  { sees: /trước khi gửi/i, taps: "send", sends: true },
];
export const END = /đã gửi|mã/i;

const control = (data) => /~\w+$|^nav:/.test(data);

// The payload of the button to press, or undefined when the screen has none.
export function button(screen, wanted) {
  if (wanted === "first") return screen.buttons.find((data) => !control(data));
  if (wanted === "petition") return screen.buttons.find((data) => data.includes("petition"));
  if (wanted === "households") return screen.buttons.find((data) => data.endsWith("households"));
  return screen.buttons.find((data) => data.endsWith(`~${wanted}`) || data === `nav:${wanted}`);
}

// An update as Telegram writes it.
export function update(id, user, screen, line) {
  const from = { id: user, is_bot: false, first_name: "Hoàng Thị", last_name: `Hoa ${user}`, username: `u${user}`, language_code: "vi" };
  const chat = { id: user, first_name: from.first_name, last_name: from.last_name, username: from.username, type: "private" };
  const date = Math.floor(Date.now() / 1000);
  if (line.types) {
    const message = { message_id: 1_000_000 + id, from, chat, date, text: line.types };
    if (line.types.startsWith("/")) message.entities = [{ offset: 0, length: line.types.length, type: "bot_command" }];
    return { update_id: id, message };
  }
  const data = button(screen, line.taps);
  if (data === undefined) return undefined;
  const bot = { id: 7000000001, is_bot: true, first_name: "Bench", username: "bench_bot" };
  const message = { message_id: screen.message_id, from: bot, chat, date, text: screen.text, reply_markup: screen.markup };
  return { update_id: id, callback_query: { id: `${user}${id}`, from, message, chat_instance: `${user}77`, data } };
}
