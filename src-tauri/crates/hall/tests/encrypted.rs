//! TLS with the crew's own authority, and what an address that does not work is told to be, against a real PostgreSQL.
#![allow(clippy::unwrap_used, reason = "a test")]

mod rig;

use domain::Timestamp;
use hall::{HallAddress, HallError, HallSettings, Link, NewTicket, Server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rig::{Cluster, alone, joined};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for a server of that name.
fn certificate(ca: &Authority, name: &str, old: bool) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if old {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    }
    let signed = params.signed_by(&key, ca).unwrap();
    (signed.pem(), key.serialize_pem())
}

fn code(settings: &HallSettings) -> &'static str {
    match Server::connect(settings) {
        Ok(_) => "connected",
        Err(error) => {
            assert!(!error.text().zh.is_empty());
            error.code()
        }
    }
}

#[test]
fn only_a_server_of_our_own_authority_is_talked_to() {
    let Some(mut cluster) = Cluster::start() else { return };
    let plain = cluster.database("tls");
    let (ours, theirs) = (authority("crew"), authority("somebody else"));
    let trusting = |ca: &Authority| plain.clone().with_ca(ca.pem().as_bytes()).unwrap();
    // Never in the clear where encryption is wanted.
    assert_eq!(code(&trusting(&ours)), "hall_tls_not_offered");

    // The name of another gymnasium's address: the authority counts, not the name.
    let (pem, key) = certificate(&ours, "hall.example", false);
    cluster.encrypt(&pem, &key);
    assert_eq!(code(&trusting(&ours)), "connected");
    assert_eq!(code(&trusting(&theirs)), "hall_tls_issuer");
    let encrypted = "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
        WHERE s.ssl AND a.datname = 'tls'";
    let mut a = joined(&trusting(&ours), "b", "a");
    assert_eq!(cluster.client("postgres").count(encrypted), 1, "the connection is not encrypted");
    let ticket = a.issue(&NewTicket::default(), Timestamp(5)).unwrap();
    assert_eq!(a.call_next(Timestamp(6)).unwrap().unwrap().key, ticket.key);
    // A server in the middle that is not ours ends it, and the booth goes on.
    let (pem, key) = certificate(&theirs, "hall.example", false);
    cluster.encrypt(&pem, &key);
    a.sync(Timestamp(7)).unwrap_err();
    assert!(matches!(a.link(), Link::Alone { .. }));
    assert_eq!(code(&trusting(&ours)), "hall_tls_issuer");

    let (pem, key) = certificate(&ours, "hall.example", true);
    cluster.encrypt(&pem, &key);
    assert_eq!(code(&trusting(&ours)), "hall_tls_expired");
}

#[test]
fn a_ca_file_holds_certificates_or_is_refused() {
    let settings = HallSettings::new("host=127.0.0.1 user=u dbname=d").unwrap();
    let key = KeyPair::generate().unwrap().serialize_pem();
    for bad in
        ["", "nonsense", key.as_str(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        assert!(matches!(settings.clone().with_ca(bad.as_bytes()), Err(HallError::Setting(_))), "{bad}");
    }
    assert!(settings.with_ca(&vec![b'-'; 300_000]).is_err());
}

#[test]
fn what_is_wrong_with_an_address_is_told_apart() {
    let Some(mut cluster) = Cluster::start() else { return };
    cluster.database("hall");
    cluster.client("postgres").batch("CREATE ROLE locked LOGIN PASSWORD 'right'");
    cluster.client("hall").batch("GRANT CREATE ON DATABASE hall TO locked");
    cluster.admit("host all locked 127.0.0.1/32 scram-sha-256\nhost all crew 127.0.0.1/32 trust\n");
    let right = HallAddress {
        host: "127.0.0.1".to_owned(),
        port: cluster.port(),
        database: "hall".to_owned(),
        user: "locked".to_owned(),
        password: "right".to_owned(),
    };
    let told = |address: HallAddress| {
        let mut settings = HallSettings::of(&address).unwrap();
        settings.connect_within = std::time::Duration::from_secs(30);
        settings.answer_within = std::time::Duration::from_secs(30);
        code(&settings)
    };
    assert_eq!(told(right.clone()), "connected");
    assert_eq!(told(HallAddress { password: "wrong".to_owned(), ..right.clone() }), "hall_password");
    assert_eq!(told(HallAddress { database: "nothere".to_owned(), ..right.clone() }), "hall_no_database");
    assert_eq!(told(HallAddress { user: "stranger".to_owned(), ..right.clone() }), "hall_not_allowed");
    assert_eq!(
        told(HallAddress { host: "no-such-computer.invalid".to_owned(), ..right.clone() }),
        "hall_unknown_host"
    );
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(told(HallAddress { port: free, ..right.clone() }), "hall_refused");
    cluster.client("hall").batch("UPDATE gradbooth.meta SET version = 99");
    assert_eq!(told(right.clone()), "hall_too_new");
    for bad in [
        HallAddress { host: " ".to_owned(), ..right.clone() },
        HallAddress { host: "/tmp".to_owned(), ..right.clone() },
        HallAddress { port: 0, ..right.clone() },
        HallAddress { user: String::new(), ..right.clone() },
        HallAddress { database: "a\u{0}b".to_owned(), ..right },
    ] {
        assert!(matches!(HallSettings::of(&bad), Err(HallError::Setting(_))));
    }
    drop(alone("b", "a"));
}
