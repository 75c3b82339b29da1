//! Servers that are none, dead or worse: an error in time, never a panic, and a booth that goes on.
#![allow(clippy::unwrap_used, reason = "a test")]

mod rig;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use domain::Timestamp;
use hall::{Hall, HallError, HallSettings, Link, Member, MemoryJournal, Server};
use rig::{alone, who};

type Answer = fn(&mut TcpStream);

/// Answers every connection as told.
fn server(answer: Answer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || answer(&mut stream));
        }
    });
    address
}

fn settings(address: SocketAddr) -> HallSettings {
    let line = format!("host=127.0.0.1 port={} user=u password=geheim dbname=d", address.port());
    let mut settings = HallSettings::new(&line).unwrap();
    settings.connect_within = Duration::from_millis(300);
    settings.answer_within = Duration::from_millis(300);
    settings
}

fn hold(stream: &mut TcpStream) {
    let _ = std::io::copy(stream, &mut std::io::sink());
}

fn read_startup(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 512]);
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind][..], &length, body].concat()
}

#[test]
fn whatever_answers_there_is_an_error_and_no_password_in_it() {
    let servers: [(&str, Answer); 7] = [
        ("says nothing", hold),
        ("hangs up", |_| {}),
        ("is a web server", |stream| {
            read_startup(stream);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            hold(stream);
        }),
        ("announces two gigabytes", |stream| {
            read_startup(stream);
            let _ = stream.write_all(&[b'R', 0x7f, 0xff, 0xff, 0xff]);
            let page = vec![0; 1 << 16];
            while stream.write_all(&page).is_ok() {}
        }),
        ("has negative lengths", |stream| {
            read_startup(stream);
            let _ = stream.write_all(&[b'R', 0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
            hold(stream);
        }),
        ("lets in and is silent", |stream| {
            read_startup(stream);
            let _ = stream.write_all(&message(b'R', &[0; 4]));
            let _ = stream.write_all(&message(b'Z', b"I"));
            hold(stream);
        }),
        ("answers every question with rows nobody asked for", |stream| {
            read_startup(stream);
            let _ = stream.write_all(&message(b'R', &[0; 4]));
            let _ = stream.write_all(&message(b'Z', b"I"));
            while stream.read(&mut [0; 512]).is_ok_and(|read| read > 0) {
                let row = message(b'D', &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
                if stream.write_all(&[row, message(b'Z', b"I")].concat()).is_err() {
                    return;
                }
            }
        }),
    ];
    for (name, answer) in servers {
        let error = Server::connect(&settings(server(answer))).err().unwrap();
        assert!(error.cuts_off(), "{name}: {error:?}");
        let said = format!("{error} {error:?} {:?}", error.text());
        assert!(!said.contains("geheim") && !said.contains("127.0.0.1"), "{name}: {said}");
    }
}

#[test]
fn a_server_that_sends_without_end_fills_no_memory() {
    let endless = server(|stream| {
        read_startup(stream);
        let _ = stream.write_all(&[b'R', 0x7f, 0xff, 0xff, 0xff]);
        let page = vec![0; 1 << 16];
        while stream.write_all(&page).is_ok() {}
    });
    let mut patient = settings(endless);
    patient.connect_within = Duration::from_secs(600);
    // The end of the allowance comes long before the end of the patience.
    assert!(matches!(Server::connect(&patient), Err(HallError::Unreachable(_) | HallError::Hostile(_))));
}

#[test]
fn a_dead_server_holds_up_no_key_press() {
    let member: Member<MemoryJournal> = alone("b", "a");
    let (show, shown) = std::sync::mpsc::channel();
    let mut endless = settings(server(hold));
    // Longer than any test waits: the booth must not wait for it.
    endless.connect_within = Duration::from_secs(3_600);
    endless.answer_within = Duration::from_secs(60);
    let hall = Hall::start(
        member,
        endless,
        || Timestamp(5_000),
        move |now| {
            let _ = show.send(now.link);
        },
    )
    .unwrap();
    let fee = hall.ask(|member, now| member.pay(None, 2_000, domain::PaymentMethod::Cash, "c", now));
    assert_eq!(fee.unwrap().station, who("b", "a").station);
    assert!(matches!(shown.recv().unwrap(), Link::Alone { .. }));
    assert!(matches!(
        hall.ask(|member, now| member.issue(&hall::NewTicket::default(), now)),
        Err(HallError::NoNumbers)
    ));
}

#[test]
fn the_mailbox_is_bounded() {
    let hall = Hall::start(alone("b", "a"), settings(server(hold)), || Timestamp(5_000), |_| {}).unwrap();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    hall.post(move |_, _| {
        let _ = wait.recv();
    })
    .unwrap();
    let refused = (0..1_000).find_map(|_| hall.post(|_, _| {}).err());
    assert!(matches!(refused, Some(HallError::Busy)));
    go.send(()).unwrap();
}
