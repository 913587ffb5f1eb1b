/**
 * Emoji by their Slack short names, drawn with the system's own characters.
 * Flags need no row: `flag-de` is two regional letters. An unknown name is shown as written, and so is every name where
 * the system has no font for them: `:warning:` says something, an empty box does not.
 */

const names = `
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ warning ⚠️
no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 rotating_light 🚨 bangbang ‼️ exclamation ❗ grey_exclamation ❕
question ❓ grey_question ❔ interrobang ⁉️ information_source ℹ️ sos 🆘 new 🆕 ok 🆗 up 🆙 cool 🆒 free 🆓
large_green_circle 🟢 red_circle 🔴 large_yellow_circle 🟡 large_orange_circle 🟠 large_blue_circle 🔵
large_purple_circle 🟣 large_brown_circle 🟤 white_circle ⚪ black_circle ⚫ large_green_square 🟩 large_red_square 🟥
large_yellow_square 🟨 large_orange_square 🟧 large_blue_square 🟦 white_large_square ⬜ black_large_square ⬛
small_red_triangle 🔺 small_red_triangle_down 🔻 small_orange_diamond 🔸 small_blue_diamond 🔹 large_orange_diamond 🔶
large_blue_diamond 🔷 hourglass ⌛ hourglass_flowing_sand ⏳ stopwatch ⏱️ timer_clock ⏲️ alarm_clock ⏰ watch ⌚
clock1 🕐 clock3 🕒 clock9 🕘 calendar 📆 date 📅 spiral_calendar_pad 🗓️ mag 🔍 mag_right 🔎 bank 🏦 credit_card 💳
money_with_wings 💸 moneybag 💰 dollar 💵 euro 💶 pound 💷 yen 💴 coin 🪙 receipt 🧾 chart 💹
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 heavy_dollar_sign 💲 currency_exchange 💱
scales ⚖️ classical_building 🏛️ office 🏢 globe_with_meridians 🌐 earth_africa 🌍 earth_americas 🌎 earth_asia 🌏
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrow_right_hook ↪️
leftwards_arrow_with_hook ↩️ arrows_counterclockwise 🔄 arrows_clockwise 🔃 left_right_arrow ↔️ repeat 🔁
fast_forward ⏩ rewind ⏪ arrow_forward ▶️ double_vertical_bar ⏸️ black_square_for_stop ⏹️ record_button ⏺️
link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 bookmark 🔖 label 🏷️ memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋
page_facing_up 📄 page_with_curl 📃 scroll 📜 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️
package 📦 inbox_tray 📥 outbox_tray 📤 email 📧 envelope ✉️ incoming_envelope 📨 mailbox 📫 mega 📣 loudspeaker 📢
bell 🔔 no_bell 🔕 zzz 💤 lock 🔒 unlock 🔓 key 🔑 closed_lock_with_key 🔐 shield 🛡️ hammer 🔨 wrench 🔧
hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 electric_plug 🔌 satellite_antenna 📡 computer 💻 desktop_computer 🖥️
iphone 📱 fire 🔥 boom 💥 zap ⚡ bulb 💡 sparkles ✨ star ⭐ star2 🌟 tada 🎉 rocket 🚀 dart 🎯 trophy 🏆 bug 🐛
construction 🚧 traffic_light 🚥 vertical_traffic_light 🚦 thermometer 🌡️ umbrella ☔ sunny ☀️ cloud ☁️
thunder_cloud_and_rain ⛈️ snowflake ❄️ eyes 👀 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 wave 👋 pray 🙏 clap 👏
raised_hands 🙌 ok_hand 👌 muscle 💪 point_right 👉 point_left 👈 point_up ☝️ point_down 👇 raised_hand ✋ raising_hand 🙋 scissors ✂️
handshake 🤝 heart ❤️ broken_heart 💔 smile 😄 slightly_smiling_face 🙂 simple_smile 🙂 grin 😁 joy 😂 wink 😉
thinking_face 🤔 sweat_smile 😅 neutral_face 😐 cry 😢 sob 😭 scream 😱 sunglasses 😎 facepalm 🤦 shrug 🤷
robot_face 🤖 ghost 👻 detective 🕵️ construction_worker 👷 female-technologist 👩‍💻 male-technologist 👨‍💻
busts_in_silhouette 👥 bust_in_silhouette 👤 speech_balloon 💬 thought_balloon 💭 eye 👁️ ledger 📒 books 📚 abacus 🧮
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ zero 0️⃣ keycap_ten 🔟 hash #️⃣
heavy_plus_sign ➕ heavy_minus_sign ➖ heavy_multiplication_x ✖️ 100 💯 wastebasket 🗑️ coffee ☕ pizza 🍕 cake 🍰
airplane ✈️ truck 🚚 ship 🚢 house 🏠 door 🚪 checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️
`;

const words = names.trim().split(/\s+/);
const characters: ReadonlyMap<string, string> = new Map(
  words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1] ?? ''] as const] : [])),
);

let isSpelled = false;

/** From now on every name is shown as written, because the system cannot draw emoji. */
export function spellEmoji(): void {
  isSpelled = true;
}

/** The character of a short name without colons, or null when the name is unknown or cannot be drawn. */
export function emojiCharacter(name: string): string | null {
  if (isSpelled) return null;
  const flag = /^flag-([a-z])([a-z])$/.exec(name);
  if (flag !== null) return regional(flag[1] ?? 'a') + regional(flag[2] ?? 'a');
  return characters.get(name) ?? null;
}

/** Replaces `:name:` in plain text, such as a button's or a header's. */
export function withEmoji(text: string): string {
  return text.replace(
    /:([a-z0-9_+'-]+):/gi,
    (whole, name: string) => emojiCharacter(name.toLowerCase()) ?? whole,
  );
}

function regional(letter: string): string {
  return String.fromCodePoint(0x1f1e6 + letter.charCodeAt(0) - 97);
}
