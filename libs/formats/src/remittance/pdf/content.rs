//! Text operators of a page.
//!
//! Places on a page are no money: floating point is what the format has.
#![allow(clippy::float_arithmetic)]

use std::collections::BTreeMap;

use lopdf::Object;
use lopdf::content::{Content, Operation};

use super::Run;
use super::font::Font;
use crate::budget::Budget;
use crate::error::FormatError;

/// Bytes an honest page spends on an operator.
const OPERATOR: usize = 2;

/// A transformation: `a b c d e f`.
type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `first` applied before `second`.
fn product(first: Matrix, second: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = first;
    let [g, h, i, j, k, l] = second;
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

struct State<'f, 'a> {
    fonts: &'f BTreeMap<Vec<u8>, Font<'a>>,
    page: Matrix,
    saved: Vec<Matrix>,
    line: Matrix,
    text: Matrix,
    font: Option<&'f Font<'a>>,
    size: f64,
    leading: f64,
    letter_space: f64,
    word_space: f64,
    scale: f64,
    runs: Vec<Run>,
}

/// The runs of text of a page.
pub(crate) fn runs(content: &[u8], fonts: &BTreeMap<Vec<u8>, Font<'_>>, budget: &mut Budget) -> Result<Vec<Run>, FormatError> {
    let Ok(content) = Content::decode(content) else { return Ok(Vec::new()) };
    let mut state = State {
        fonts,
        page: IDENTITY,
        saved: Vec::new(),
        line: IDENTITY,
        text: IDENTITY,
        font: None,
        size: 10.0,
        leading: 0.0,
        letter_space: 0.0,
        word_space: 0.0,
        scale: 1.0,
        runs: Vec::new(),
    };
    for operation in &content.operations {
        budget.spend(OPERATOR, 0)?;
        state.apply(operation);
    }
    Ok(state.runs)
}

impl State<'_, '_> {
    fn apply(&mut self, operation: &Operation) {
        let operands = operation.operands.as_slice();
        let number = |index: usize| operands.get(index).and_then(|operand| operand.as_float().ok()).map_or(0.0, f64::from);
        match operation.operator.as_str() {
            "q" if self.saved.len() < 64 => self.saved.push(self.page),
            "Q" => self.page = self.saved.pop().unwrap_or(self.page),
            "cm" => self.page = product(matrix(&number), self.page),
            "BT" => (self.line, self.text) = (IDENTITY, IDENTITY),
            "Tf" => {
                self.font = operands.first().and_then(|name| name.as_name().ok()).and_then(|name| self.fonts.get(name));
                self.size = number(1);
            }
            "Tc" => self.letter_space = number(0),
            "Tw" => self.word_space = number(0),
            "Tz" => self.scale = number(0) / 100.0,
            "TL" => self.leading = number(0),
            "Td" => self.next_line(number(0), number(1)),
            "TD" => {
                self.leading = -number(1);
                self.next_line(number(0), number(1));
            }
            "Tm" => (self.line, self.text) = (matrix(&number), matrix(&number)),
            "T*" => self.next_line(0.0, -self.leading),
            "Tj" => self.show_all(operands),
            "TJ" => {
                if let Some(Ok(pieces)) = operands.first().map(Object::as_array) {
                    self.show_all(pieces);
                }
            }
            "'" => {
                self.next_line(0.0, -self.leading);
                self.show_all(operands);
            }
            "\"" => {
                (self.word_space, self.letter_space) = (number(0), number(1));
                self.next_line(0.0, -self.leading);
                self.show_all(operands.get(2..).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = product([1.0, 0.0, 0.0, 1.0, x, y], self.line);
        self.text = self.line;
    }

    fn show_all(&mut self, pieces: &[Object]) {
        for piece in pieces {
            if let Ok(bytes) = piece.as_str() {
                self.show(bytes);
            } else if let Ok(shift) = piece.as_float() {
                self.advance(-f64::from(shift) / 1000.0 * self.size * self.scale);
            }
        }
    }

    fn advance(&mut self, width: f64) {
        self.text = product([1.0, 0.0, 0.0, 1.0, width, 0.0], self.text);
    }

    fn show(&mut self, bytes: &[u8]) {
        let Some(font) = self.font else { return };
        let mut width = 0.0;
        for code in font.codes(bytes) {
            let space = if font.is_blank(code) { self.word_space } else { 0.0 };
            width += (font.width(code) / 1000.0 * self.size + self.letter_space + space) * self.scale;
        }
        let start = product(self.text, self.page);
        self.advance(width);
        let end = product(self.text, self.page);
        let text = font.text(bytes);
        let size = (start[3] * self.size).abs();
        // Text that runs upwards, and text of no size, is no part of a table.
        if !text.is_empty() && (end[5] - start[5]).abs() < 1.0 && size > 0.5 && self.runs.len() < 200_000 {
            self.runs.push(Run { x: start[4], y: start[5], end: end[4], size, text });
        }
    }
}

fn matrix(number: &dyn Fn(usize) -> f64) -> Matrix {
    [number(0), number(1), number(2), number(3), number(4), number(5)]
}
