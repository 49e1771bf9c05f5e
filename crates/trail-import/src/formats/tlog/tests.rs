use super::timing::{Item, parse};
use trail_model::Size;

#[test]
fn timing_reads_by_its_grammar() {
    let size = Some(Size { cols: 80, rows: 24 });
    let items = [
        Item::Window(size),
        Item::Delay(26),
        Item::OutputText(32),
        Item::InputText(11),
        Item::OutputBytes { skip: 2, bytes: 2 },
        Item::InputBytes { skip: 1, bytes: 3 },
    ];
    assert_eq!(parse("=80x24+26>32<11]2/2[1/3").as_deref(), Ok(&items[..]));
    assert_eq!(parse(" =80x24 +26\t>32 <11 ]2/2 [1/3 ").as_deref(), Ok(&items[..]));
    assert_eq!(parse("=0x24"), Ok(vec![Item::Window(None)]));
    assert_eq!(parse("0"), Err((0, "one of + = < > [ ]")));
    assert_eq!(parse(">32]2"), Err((5, "`/`")));
    assert_eq!(parse(">x"), Err((1, "a number")));
    assert_eq!(parse("=80"), Err((3, "`x`")));
}
