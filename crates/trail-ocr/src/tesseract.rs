//! Tesseract as a child process: nothing is linked, and what it reads comes through a pipe.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use trail_content::{LineText, PixelBox, Pixels, Recognize, RecognizeError};

use crate::{Error, lines};

/// Pictures are shown to Tesseract enlarged this many times: text of a screen is too small for it.
const ENLARGEMENT: u32 = 2;
/// White pixels around the line, which Tesseract needs to see letters at the border.
const BORDER: u32 = 8;

/// An installed `tesseract`, started for each line with the picture on its standard input.
#[derive(Clone, Debug)]
pub struct Tesseract {
    program: PathBuf,
    version: String,
}

impl Tesseract {
    /// Asks `program` for its version.
    ///
    /// # Errors
    /// [`Error::Child`] if it cannot be run.
    pub fn new(program: impl Into<PathBuf>) -> Result<Tesseract, Error> {
        let program = program.into();
        let output = Command::new(&program)
            .arg("--version")
            .output()
            .map_err(|source| Error::Child { program: program.clone(), source })?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.lines().next().unwrap_or_default().trim().to_owned();
        Ok(Tesseract { program, version })
    }

    fn read(&self, frame: Pixels<'_>, line: PixelBox) -> Result<LineText, Error> {
        let line = line.intersect(frame.bounds());
        if line.is_empty() {
            return Ok(LineText::default());
        }
        let picture = encode(frame, line)?;
        let failed = |source| Error::Child { program: self.program.clone(), source };
        let mut child = Command::new(&self.program)
            .args(["-", "-", "--psm", "7", "tsv"])
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        // Written from a thread of its own: the child may fill its output before it has read all of its input.
        let stdin = child.stdin.take();
        let writer = thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&picture)));
        let output = child.wait_with_output().map_err(failed)?;
        let written = writer.join().unwrap_or(Ok(()));
        if !output.status.success() {
            return Err(failed(std::io::Error::other(format!("it ended with {}", output.status))));
        }
        written.map_err(failed)?;
        Ok(parse(&String::from_utf8_lossy(&output.stdout)))
    }
}

impl Recognize for Tesseract {
    fn version(&self) -> String {
        format!("tesseract ({})", self.version)
    }

    fn find_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        Ok(lines::find_lines(frame, area))
    }

    fn read_line(&self, frame: Pixels<'_>, line: PixelBox) -> Result<LineText, RecognizeError> {
        self.read(frame, line).map_err(|error| error.while_trying("read a line of text"))
    }
}

/// The line as a grey PNG, enlarged, dark on light.
fn encode(frame: Pixels<'_>, line: PixelBox) -> Result<Vec<u8>, Error> {
    let grey =
        |pixel: &[u8]| (u32::from(pixel[0]) * 299 + u32::from(pixel[1]) * 587 + u32::from(pixel[2]) * 114) / 1000;
    let mut values: Vec<u8> = Vec::new();
    for y in line.top..line.bottom {
        values.extend(frame.row(y, line.left, line.right).chunks_exact(4).map(|pixel| grey(pixel) as u8));
    }
    let sum: u64 = values.iter().map(|&value| u64::from(value)).sum();
    if sum / (values.len() as u64) < 128 {
        values.iter_mut().for_each(|value| *value = 255 - *value);
    }
    let side = |len: u32| len * ENLARGEMENT + 2 * BORDER;
    let (width, height) = (side(line.width()), side(line.height()));
    let mut picture = vec![255; width as usize * height as usize];
    for y in 0..line.height() * ENLARGEMENT {
        for x in 0..line.width() * ENLARGEMENT {
            let from = y / ENLARGEMENT * line.width() + x / ENLARGEMENT;
            picture[((y + BORDER) * width + x + BORDER) as usize] = values[from as usize];
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture)?;
    writer.finish()?;
    Ok(bytes)
}

/// The words of Tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
fn parse(table: &str) -> LineText {
    let mut words: Vec<&str> = Vec::new();
    let mut sum = 0.0;
    for row in table.lines().skip(1) {
        let fields: Vec<&str> = row.splitn(12, '\t').collect();
        if let [_, _, _, _, _, _, _, _, _, _, confidence, text] = fields[..]
            && let Ok(confidence) = confidence.parse::<f32>()
            && confidence >= 0.0
            && !text.trim().is_empty()
        {
            words.push(text.trim());
            sum += confidence / 100.0;
        }
    }
    LineText { confidence: sum / words.len().max(1) as f32, text: words.join(" "), words: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_table_are_joined() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                     1\t1\t0\t0\t0\t0\t0\t0\t99\t20\t-1\t\n\
                     5\t1\t1\t1\t1\t1\t3\t4\t30\t12\t96.5\tEvent\n\
                     5\t1\t1\t1\t1\t2\t36\t4\t40\t12\t91.5\tViewer\n";
        let read = parse(table);
        assert_eq!(read.text, "Event Viewer");
        assert!((read.confidence - 0.94).abs() < 1e-3);
        assert_eq!(parse(""), LineText::default());
    }
}
