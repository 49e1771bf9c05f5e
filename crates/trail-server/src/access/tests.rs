use std::time::Duration;

use trail_model::Timestamp;

use super::*;
use crate::clock::SECOND_NS;

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * SECOND_NS)
}

#[test]
fn a_password_is_known_again() {
    let hash = hash_password(b"hunter2").unwrap();
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    assert!(verify(b"hunter2", &hash));
    assert!(!verify(b"hunter3", &hash));
    assert!(!verify(b"hunter2", "not a hash"));
    assert_ne!(hash, hash_password(b"hunter2").unwrap(), "each hash has its own salt");
    assert!(hash_password(b"").is_err());
    assert!(hash_password(&[b'x'; 1025]).is_err());
}

#[test]
fn a_login_lives_while_it_is_used() {
    let mut logins = Logins::new(Duration::from_secs(600), 2);
    let token = logins.open("alice", at(0)).unwrap();
    assert_eq!(token.len(), 40);
    assert_eq!(logins.touch(&token, at(599)).as_deref(), Some("alice"));
    assert_eq!(logins.touch(&token, at(1198)).as_deref(), Some("alice"));
    assert_eq!(logins.touch(&token, at(1798)), None);
    assert_eq!(logins.touch("", at(0)), None);
}

#[test]
fn the_idlest_login_gives_way() {
    let mut logins = Logins::new(Duration::from_secs(600), 2);
    let [first, second] = ["alice", "bob"].map(|name| logins.open(name, at(0)).unwrap());
    logins.touch(&first, at(1));
    logins.open("carol", at(2)).unwrap();
    assert_eq!(logins.touch(&first, at(3)).as_deref(), Some("alice"));
    assert_eq!(logins.touch(&second, at(3)), None);
}

#[test]
fn failures_make_waits_that_double() {
    let mut throttle = Throttle::default();
    let names = ["alice".to_owned(), "10.0.0.1".to_owned()];
    for _ in 0..5 {
        throttle.failed(&names, at(0));
        assert!(!throttle.must_wait(&names, at(0)));
    }
    throttle.failed(&names, at(0));
    assert!(throttle.must_wait(&names[1..], at(1)));
    assert!(!throttle.must_wait(&names, at(2)));
    throttle.failed(&names, at(2));
    assert!(throttle.must_wait(&names, at(5)) && !throttle.must_wait(&names, at(6)));
    throttle.succeeded("alice");
    throttle.failed(&names[..1], at(2));
    assert!(!throttle.must_wait(&names[..1], at(2)));
}
