//! Text operators of a page.
//!
//! Places on a page are no money: floating point is what the format has.
#![allow(clippy::float_arithmetic)]

use std::rc::Rc;

use super::font::{Font, PageFonts};
use super::malformed;
use super::run::Runs;
use super::token::{Token, Tokens};
use crate::budget::Budget;
use crate::error::FormatError;

/// Operands of an operator; no text operator has more than six.
const MAX_OPERANDS: usize = 8;
/// Transformations saved at the same time.
const MAX_SAVED: usize = 64;
/// Bytes of a text decoded at a time, even so that no code of two bytes is cut.
const CHUNK: usize = 1 << 10;

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
    fonts: PageFonts<'f, 'a>,
    budget: &'f mut Budget,
    page: Matrix,
    saved: Vec<Matrix>,
    line: Matrix,
    text: Matrix,
    font: Option<Rc<Font<'a>>>,
    size: f64,
    leading: f64,
    letter_space: f64,
    word_space: f64,
    scale: f64,
    runs: Runs,
}

/// The runs of text of a page.
pub(super) fn runs(content: &[u8], fonts: PageFonts<'_, '_>, budget: &mut Budget) -> Result<Runs, FormatError> {
    let mut state = State {
        fonts,
        budget,
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
        runs: Runs::default(),
    };
    let mut operands = Vec::with_capacity(MAX_OPERANDS);
    for token in Tokens::of(content) {
        match token {
            Token::Operator(operator) => {
                state.apply(operator, &operands)?;
                operands.clear();
            }
            Token::Unended => return Err(malformed("an inline image does not end")),
            operand if operands.len() < MAX_OPERANDS => operands.push(operand),
            _ => {}
        }
    }
    Ok(state.runs)
}

impl State<'_, '_> {
    fn apply(&mut self, operator: &[u8], operands: &[Token<'_>]) -> Result<(), FormatError> {
        let number = |index: usize| match operands.get(index) {
            Some(Token::Number(number)) => *number,
            _ => 0.0,
        };
        match operator {
            b"q" if self.saved.len() < MAX_SAVED => self.saved.push(self.page),
            b"Q" => self.page = self.saved.pop().unwrap_or(self.page),
            b"cm" => self.page = product(matrix(&number), self.page),
            b"BT" => (self.line, self.text) = (IDENTITY, IDENTITY),
            b"Tf" => {
                let name = operands.first().and_then(|name| name.name());
                self.font = name.map(|name| self.fonts.named(&name)).transpose()?.flatten();
                self.size = number(1);
            }
            b"Tc" => self.letter_space = number(0),
            b"Tw" => self.word_space = number(0),
            b"Tz" => self.scale = number(0) / 100.0,
            b"TL" => self.leading = number(0),
            b"Td" => self.next_line(number(0), number(1)),
            b"TD" => {
                self.leading = -number(1);
                self.next_line(number(0), number(1));
            }
            b"Tm" => (self.line, self.text) = (matrix(&number), matrix(&number)),
            b"T*" => self.next_line(0.0, -self.leading),
            b"Tj" => return self.show_all(operands.iter().copied()),
            b"TJ" => {
                if let Some(Token::Array(pieces)) = operands.first() {
                    return self.show_all(Tokens::of(pieces));
                }
            }
            b"'" => {
                self.next_line(0.0, -self.leading);
                return self.show_all(operands.iter().copied());
            }
            b"\"" => {
                (self.word_space, self.letter_space) = (number(0), number(1));
                self.next_line(0.0, -self.leading);
                return self.show_all(operands.iter().skip(2).copied());
            }
            _ => {}
        }
        Ok(())
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = product([1.0, 0.0, 0.0, 1.0, x, y], self.line);
        self.text = self.line;
    }

    fn show_all<'c>(&mut self, pieces: impl Iterator<Item = Token<'c>>) -> Result<(), FormatError> {
        for piece in pieces {
            if let Token::Number(shift) = piece {
                self.advance(-shift / 1000.0 * self.size * self.scale);
            } else if let Some(text) = piece.text() {
                text.chunks(CHUNK).try_for_each(|part| self.show(part))?;
            }
        }
        Ok(())
    }

    fn advance(&mut self, width: f64) {
        self.text = product([1.0, 0.0, 0.0, 1.0, width, 0.0], self.text);
    }

    fn show(&mut self, bytes: &[u8]) -> Result<(), FormatError> {
        let Some(font) = self.font.clone() else {
            self.runs.is_text_missing = true;
            return Ok(());
        };
        let mut width = 0.0;
        for code in font.codes(bytes) {
            let space = if font.is_blank(code) { self.word_space } else { 0.0 };
            width += (font.width(code) / 1000.0 * self.size + self.letter_space + space) * self.scale;
        }
        let start = product(self.text, self.page);
        self.advance(width);
        let end = product(self.text, self.page);
        let size = (start[3] * self.size).abs();
        // Text that runs upwards, and text of no size, is no part of a table.
        if (end[5] - start[5]).abs() >= 1.0 || size <= 0.5 {
            return Ok(());
        }
        let (text, is_whole) = font.text(bytes);
        self.runs.is_text_missing |= !is_whole;
        self.runs.add([start[4], start[5], end[4], size], &text, self.budget)
    }
}

fn matrix(number: &dyn Fn(usize) -> f64) -> Matrix {
    [number(0), number(1), number(2), number(3), number(4), number(5)]
}
