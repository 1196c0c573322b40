//! Messages between sound and absurd, from a seed.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use quittance_testkit::request_id;

use super::known::Known;

/// Deeper than any contract.
const DEEPEST: usize = 8;

const TEXTS: [&str; 22] = [
    "",
    " ",
    "Text",
    "a\0b",
    "\u{202e}x",
    "\u{301}",
    "\r\n",
    "'; DROP TABLE customer; --",
    "%_\\",
    "{{ 7 * 7 }}",
    "{% for x in range(10000000) %}x{% endfor %}",
    "<script>alert(1)</script>",
    "4111111111111111",
    "../../etc/passwd",
    "\u{10ffff}",
    "ﷺﷺﷺ",
    "NaN",
    "-0",
    "1e400",
    "null",
    "net 999999999999999999999",
    "2/10 net 30",
];
const CODES: [&str; 14] = ["EUR", "EUR", "EUR", "EUR", "USD", "JPY", "BHD", "XXX", "eur", "", "EURO", "€", "DEM", "\0\0\0"];
const NUMBERS: [&str; 18] = [
    "1",
    "1",
    "2",
    "10",
    "10.00",
    "19",
    "0",
    "-1",
    "0.000001",
    "999999999999",
    "99999999999999999999999999999",
    "1e3",
    "",
    "NaN",
    "+1",
    "1.",
    "0.5",
    "٣",
];
const WHOLE: [i64; 16] = [
    0,
    1,
    2,
    30,
    100,
    1_000,
    -1,
    -100,
    2_026,
    65_536,
    2_147_483_647,
    -2_147_483_648,
    i64::MAX,
    i64::MIN,
    1_000_000_000_000_000,
    9_999_999_999_999,
];
const NANOS: [i32; 9] = [0, 0, 0, 500_000_000, 10_000_000, 1, -1, 1_000_000_000, i32::MIN];

/// SplitMix64: as random as this needs, and the same everywhere.
pub struct Generator {
    state: u64,
    /// How many fields in a hundred of the message in the making are absurd.
    wildness: usize,
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator { state: seed, wildness: 0 }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).expect("small")).expect("small")
    }

    /// True so many times in a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Whether the next value is to be absurd.
    fn wild(&mut self) -> bool {
        self.chance(self.wildness)
    }

    /// A message of this kind, from sound to absurd: what is sound goes deep, what is a little wrong goes deepest.
    pub fn message(&mut self, descriptor: &MessageDescriptor, known: &Known) -> DynamicMessage {
        self.wildness = *self.one(&[0, 0, 2, 5, 15, 50]);
        self.nested(descriptor, known, 0)
    }

    fn nested(&mut self, descriptor: &MessageDescriptor, known: &Known, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        match descriptor.full_name() {
            "google.type.Money" => self.money(&mut message),
            "google.type.Date" => self.date(&mut message),
            "google.protobuf.FieldMask" => self.mask(&mut message),
            _ => self.fields(&mut message, known, depth),
        }
        message
    }

    fn fields(&mut self, message: &mut DynamicMessage, known: &Known, depth: usize) {
        for field in message.descriptor().fields().collect::<Vec<_>>() {
            let narrows = ["page_token", "filter", "order_by", "etag"].contains(&field.name());
            let percent = match (narrows, depth) {
                (true, _) => 5,
                (false, 0) if is_required(&field) => 100 - self.wildness / 2,
                (false, 0) => 40,
                (false, _) => 95 - self.wildness / 2,
            };
            if depth < DEEPEST && self.chance(percent) {
                let value = self.value(&field, known, depth);
                message.set_field(&field, value);
            }
        }
    }

    fn value(&mut self, field: &FieldDescriptor, known: &Known, depth: usize) -> Value {
        if !field.is_list() {
            return self.single(field, known, depth);
        }
        let length = if self.wild() { *self.one(&[0, 3, 30]) } else { *self.one(&[1, 1, 1, 2]) };
        let mut entries: Vec<Value> = (0..length).map(|_| self.single(field, known, depth + 1)).collect();
        // Now and then more of the same than anybody may send.
        if length > 0 && self.wild() && self.chance(20) {
            let copies = *self.one(&[101, 1_001, 10_001]);
            entries = entries.iter().cycle().take(copies).cloned().collect();
        }
        Value::List(entries)
    }

    fn single(&mut self, field: &FieldDescriptor, known: &Known, depth: usize) -> Value {
        match field.kind() {
            Kind::Message(descriptor) => Value::Message(self.nested(&descriptor, known, depth + 1)),
            Kind::Enum(descriptor) => {
                let values: Vec<i32> = descriptor.values().map(|value| value.number()).collect();
                let wild = [0, 999, -1, i32::MAX];
                let standard_rate = descriptor.name() == "VatCategory";
                Value::EnumNumber(match self.wild() {
                    true => *self.one(&wild),
                    false if standard_rate => 1,
                    false => *self.one(values.get(1..).filter(|chosen| !chosen.is_empty()).unwrap_or(&values)),
                })
            }
            Kind::Bool => Value::Bool(self.chance(50)),
            Kind::Bytes => Value::Bytes(self.blob().into()),
            Kind::String => Value::String(self.text(field.name(), known)),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                let number = self.whole();
                Value::I32(i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX }))
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.whole()),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(u32::try_from(self.whole()).unwrap_or(u32::MAX)),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(u64::try_from(self.whole()).unwrap_or(u64::MAX)),
            Kind::Double => Value::F64(f64::NAN),
            Kind::Float => Value::F32(f32::INFINITY),
        }
    }

    fn whole(&mut self) -> i64 {
        if self.wild() { *self.one(&WHOLE) } else { *self.one(&WHOLE[..4]) }
    }

    fn text(&mut self, name: &str, known: &Known) -> String {
        match self.wild() {
            true => self.wild_text(name, known),
            false => self.sound_text(name, known),
        }
    }

    fn sound_text(&mut self, name: &str, known: &Known) -> String {
        let learnt = known.of(name);
        let pool: &[&str] = match name {
            "request_id" => return request_id(),
            "external_id" | "code" => return format!("X{}", self.below(100_000)),
            "page_token" | "filter" | "order_by" | "etag" => return String::new(),
            "currency" | "currency_code" => &["EUR"],
            "quantity" => &["1", "2", "10"],
            "unit_price" => &["10.00", "0.5", "99"],
            "discount_percent" => &["0", "5"],
            "vat_rate" => &["19"],
            "country" => &["DE"],
            "vat_id" => &["", "DE136695976"],
            "iban" | "ibans" => &["DE89370400440532013000", "DE75512108001245126199"],
            "time_zone" => &["Europe/Berlin", "UTC"],
            "payment_terms" => &["net 30", "2/10 net 30", ""],
            "method_token" => &["sim_succeed", "sim_pend_3", "sim_fail_AC04", "sim_return_2_MD06", "sim_timeout"],
            "email" => &["a@example.com"],
            "language" => &["de", "en"],
            "unit" | "phone" | "item_code" => &[""],
            "permissions" => &["credit.customer.read", "*"],
            _ if !learnt.is_empty() => return self.one(learnt).clone(),
            _ if name.ends_with("_id") => &[""],
            _ => &["Text"],
        };
        (*self.one(pool)).to_owned()
    }

    fn wild_text(&mut self, name: &str, known: &Known) -> String {
        if self.chance(5) {
            return "x".repeat(*self.one(&[65, 256, 501, 5_000, 1_000_000]));
        }
        let learnt = known.of(name);
        if !learnt.is_empty() && self.chance(30) {
            return self.one(learnt).clone();
        }
        if name.ends_with("_id") {
            return self.id(known);
        }
        let pool: &[&str] = match name {
            "currency" | "currency_code" => &CODES,
            "quantity" | "unit_price" | "discount_percent" | "vat_rate" | "rate" => &NUMBERS,
            "country" => &["FR", "XX", "de", "", "D\0"],
            "vat_id" => &["DE136695977", "FR", "\0"],
            "iban" | "ibans" => &["other:1", "DE00", "", "other:\0"],
            "time_zone" => &["Mars/Phobos", "", "../../etc/passwd"],
            "payment_terms" => &["eom", "net -1", "50% net 30, 50% net 60", "99999999999/1 net 2"],
            "method_token" => &["sim_pend_99999999999", "sim_", ""],
            "filter" => &["customer_id = x", "due_date > 2026-01-01", "((((", "number = \"", "\u{0}"],
            "order_by" => &["create_time", "due_date desc", "colour", ","],
            _ => &TEXTS,
        };
        (*self.one(pool)).to_owned()
    }

    fn id(&mut self, known: &Known) -> String {
        let ids = known.ids();
        match self.below(4) {
            0 if !ids.is_empty() => (*self.one(&ids)).clone(),
            1 => format!("{}_{:032x}", self.one(&["cus", "inv", "rcp", "itm", "pay", "ord"]), self.below(10)),
            2 => format!("cus_{}", "f".repeat(32)),
            _ => (*self.one(&TEXTS)).to_owned(),
        }
    }

    fn blob(&mut self) -> Vec<u8> {
        match self.below(5) {
            0 => Vec::new(),
            1 => b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt></BkToCstmrStmt></Document>".to_vec(),
            2 => b":20:A\n:25:DE89370400440532013000\n:28C:1\n:60F:C260101EUR1000,00\n:62F:C260101EUR1000,00\n-".to_vec(),
            _ => {
                let length = self.below(200);
                (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
            }
        }
    }

    fn money(&mut self, message: &mut DynamicMessage) {
        let code = if self.wild() { *self.one(&CODES) } else { "EUR" };
        let units = if self.wild() { *self.one(&WHOLE) } else { *self.one(&[1, 2, 10, 100, 1_000]) };
        let nanos = if self.wild() { *self.one(&NANOS) } else { 0 };
        message.set_field_by_name("currency_code", Value::String(code.to_owned()));
        message.set_field_by_name("units", Value::I64(units));
        message.set_field_by_name("nanos", Value::I32(nanos));
    }

    fn date(&mut self, message: &mut DynamicMessage) {
        let wild = [
            (0, 0, 0),
            (2026, 2, 30),
            (9_999, 12, 31),
            (-1, 1, 1),
            (2_199, 12, 31),
            (1_970, 1, 1),
            (2_200, 1, 1),
            (i32::MAX, i32::MAX, i32::MAX),
        ];
        let day = i32::try_from(self.below(28)).expect("a day") + 1;
        let month = i32::try_from(self.below(3)).expect("a month") + 1;
        let (year, month, day) = if self.wild() { *self.one(&wild) } else { (2_026, month, day) };
        for (name, number) in [("year", year), ("month", month), ("day", day)] {
            message.set_field_by_name(name, Value::I32(number));
        }
    }

    fn mask(&mut self, message: &mut DynamicMessage) {
        let paths = ["city", "legal_name", "segment", "*", "", "state", "currency", "colour", "contacts.name", "a\0b"];
        let paths = if self.wild() { &paths[..] } else { &paths[..3] };
        let length = self.below(4);
        let chosen = (0..length).map(|_| Value::String((*self.one(paths)).to_owned())).collect();
        message.set_field_by_name("paths", Value::List(chosen));
    }

    /// These bytes, but wrong.
    pub fn damaged(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        let at = self.below(bytes.len());
        match (self.below(4), bytes.get_mut(at)) {
            (0, Some(byte)) => *byte ^= 1 << (at % 8),
            (1, Some(_)) => bytes.truncate(at),
            (2, Some(byte)) => *byte = 0xff,
            _ => bytes.extend(self.next().to_le_bytes()),
        }
        bytes
    }
}

/// `google.api.field_behavior` says REQUIRED.
fn is_required(field: &FieldDescriptor) -> bool {
    let extension = quittance_api::pool().get_extension_by_name("google.api.field_behavior").expect("the annotation is known");
    let options = field.options();
    let behaviours = options.get_extension(&extension);
    behaviours.as_list().is_some_and(|behaviours| behaviours.contains(&Value::EnumNumber(2)))
}
