use super::timing::{Record, Stream};
use trail_model::Size;

#[test]
fn records_read_as_sudo_writes_them() {
    let data = |stream, len| Some(Record::Data { delay: 87_089_703, stream, len });
    assert_eq!(Record::parse(b"4 0.087089703 32", 0), data(Stream::TtyOut, 32));
    assert_eq!(Record::parse(b"0 0,087089703 3", 0), data(Stream::Stdin, 3));
    assert_eq!(Record::parse(b"6 0.087089703 3", 2), data(Stream::TtyOut, 3));
    let size = Some(Size { cols: 120, rows: 59 });
    assert_eq!(Record::parse(b"5 0.5 59 120", 0), Some(Record::Window { delay: 500_000_000, size }));
    let name = "TSTP".to_owned();
    assert_eq!(Record::parse(b"7 0.5 SIGTSTP", 0), Some(Record::Signal { delay: 500_000_000, name }));
    for bad in ["6 0.1 3", "4 0.1", "4 x 1", "4 0.1 -3", "5 0.1 3", "9 0.1 1", "", "4 0.1 1 2"] {
        assert_eq!(Record::parse(bad.as_bytes(), 0), None, "{bad}");
    }
}
