//! The commands of the day. They hold the data folder while they run, so they are for a folder that no window has open.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::Assets;
use clap::{Args, Subcommand};
use domain::ticket::Action;
use domain::{
    BatchId, BatchPlan, CaptureCode, CodeSource, Consent, Day, FeeRule, HoldReason, MakeUpTerms,
    PaymentMethod, ShotNumber, SubjectId, Text, Way,
};
use serde_json::{Value, json};
use store::{DayRefusal, NewCheckIn, NewPayment, Remaining, Store, StoreError, TicketRecord};

use crate::commands::{print, status};
use crate::{clock, day_files};

/// What the crew's lead and the queue staff can type.
#[derive(Subcommand)]
pub enum DayCommand {
    /// 采集批次.
    Batch {
        #[command(subcommand)]
        command: BatchCommand,
    },
    /// 名单.
    Roster {
        #[command(subcommand)]
        command: RosterCommand,
    },
    /// 安排.
    Schedule {
        #[command(subcommand)]
        command: ScheduleCommand,
    },
    /// The printable report and the lists of a day.
    Report(day_files::ReportArgs),
    /// 取号, 叫号.
    Queue {
        #[command(subcommand)]
        command: QueueCommand,
    },
    /// The audit log.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

/// Where the data is, and how to answer.
#[derive(Args)]
pub struct On {
    /// Data folder.
    #[arg(long)]
    data: PathBuf,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
    /// Name of the booth or desk.
    #[arg(long, default_value = "命令行")]
    booth: String,
    /// Who types this; written beside every entry of the audit log.
    #[arg(long, default_value = "")]
    operator: String,
}

#[derive(Subcommand)]
pub enum BatchCommand {
    /// Prepare a batch.
    New {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        plan: Box<PlanArgs>,
        /// Open it at once.
        #[arg(long)]
        open: bool,
    },
    /// All batches, newest first.
    List {
        #[command(flatten)]
        on: On,
    },
    /// Open a batch; the one that was open is put aside.
    Open {
        /// Row of the batch.
        id: i64,
        #[command(flatten)]
        on: On,
    },
    /// Prepare a make-up day with those who remain of a batch that is sealed or put aside, by that batch's plan.
    MakeUp {
        /// Row of the earlier batch.
        id: i64,
        /// Its day, like 2026-06-01.
        #[arg(long)]
        date: String,
        /// 地点; that of the earlier batch if it is not said.
        #[arg(long)]
        place: Option<String>,
        #[command(flatten)]
        on: On,
    },
    /// End a batch for good.
    Seal {
        /// Row of the batch.
        id: i64,
        /// Why, if people are in the middle of something.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        on: On,
    },
}

/// The plan of a batch: a file, or its parts.
#[derive(Args)]
pub struct PlanArgs {
    /// A plan as JSON, or a line of an earlier `batch list --json`; `--date` moves it to another day.
    #[arg(long, conflicts_with = "school", required_unless_present = "school")]
    template: Option<PathBuf>,
    /// 学校.
    #[arg(long, requires = "date")]
    school: Option<String>,
    /// First day, like 2026-05-13.
    #[arg(long)]
    date: Option<String>,
    /// 地点.
    #[arg(long, default_value = "")]
    place: String,
    /// 组.
    #[arg(long, default_value = "")]
    group: String,
    /// Photo standard.
    #[arg(long, default_value = "registry-safe")]
    spec: String,
    /// Where the code is read: `booth` or `desk`.
    #[arg(long, default_value = "booth", value_parser = word::<Way>)]
    way: Way,
    /// Read it again at the seat.
    #[arg(long)]
    double_proof: bool,
    /// Show masked names on the call screen.
    #[arg(long)]
    masked_names: bool,
    /// 先缴费后拍照, in 分.
    #[arg(long, value_name = "FEN", conflicts_with = "on_the_spot")]
    prepaid: Option<u32>,
    /// 现场缴费, in 分.
    #[arg(long, value_name = "FEN")]
    on_the_spot: Option<u32>,
    /// How delivered files are named.
    #[arg(long, default_value = "")]
    naming: String,
    /// Version of the consent text.
    #[arg(long, default_value = "")]
    consent: String,
}

#[derive(Subcommand)]
pub enum ScheduleCommand {
    /// Put a spreadsheet in the place of the schedule.
    Import(day_files::ImportArgs),
}

#[derive(Subcommand)]
pub enum RosterCommand {
    /// Put a spreadsheet into the roster.
    Import(day_files::ImportArgs),
    /// An empty roster to give to the school.
    Template(day_files::TemplateArgs),
    /// Find people by 学号, characters of the name, or initials of its pinyin. Names are masked.
    Search {
        /// What to look for.
        text: String,
        /// Row of the batch; the open one if missing.
        #[arg(long)]
        batch: Option<i64>,
        #[command(flatten)]
        on: On,
    },
}

#[derive(Subcommand)]
pub enum QueueCommand {
    /// Give out a number.
    Issue(Box<IssueArgs>),
    /// Call whoever is next.
    Next {
        #[command(flatten)]
        on: On,
    },
    /// 重呼.
    Recall(NumberArgs),
    /// 过号.
    Pass(NumberArgs),
    /// Send somebody to put something right.
    Hold {
        /// hair, glasses, collar, jewellery, id_card, code, payment or other.
        #[arg(long, value_parser = word::<HoldReason>)]
        reason: HoldReason,
        #[command(flatten)]
        number: NumberArgs,
    },
    /// Came back after a pass or a hold.
    Back(NumberArgs),
    /// Goes away.
    Leave(NumberArgs),
    /// Take back the last step.
    Undo(NumberArgs),
    /// How many are where, and the next ones.
    Status {
        #[command(flatten)]
        on: On,
    },
}

#[derive(Args)]
pub struct NumberArgs {
    /// 拍摄号.
    number: i64,
    #[command(flatten)]
    on: On,
}

#[derive(Args)]
pub struct IssueArgs {
    #[command(flatten)]
    on: On,
    /// The code as a gun would type it.
    #[arg(long)]
    code: Option<String>,
    /// Row of the roster, from `roster search`.
    #[arg(long)]
    subject: Option<i64>,
    /// How the fee was taken or proved: cash, wechat, alipay, card, proof_shown or waived.
    #[arg(long, value_parser = word::<PaymentMethod>)]
    paid: Option<PaymentMethod>,
    /// How much was taken, in 分.
    #[arg(long, default_value_t = 0)]
    fen: u32,
    /// Agreed to the consent text.
    #[arg(long)]
    consent: bool,
    /// The ID card was looked at.
    #[arg(long)]
    id_card: bool,
    /// Before the others.
    #[arg(long)]
    priority: bool,
    /// Why a picture that was accepted is taken again.
    #[arg(long)]
    retake: Option<String>,
}

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Prove that no entry was changed, taken out or put in.
    Verify {
        /// Data folder.
        #[arg(long)]
        data: PathBuf,
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// A word as the data knows it.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::from(text)).map_err(|e| e.to_string())
}

/// Runs one of them.
pub fn run(command: &DayCommand, assets: &Assets) -> ExitCode {
    let done = match command {
        DayCommand::Audit { command: AuditCommand::Verify { data, json } } => audit_verify(data, *json),
        DayCommand::Batch { command } => batch(command),
        DayCommand::Roster { command: RosterCommand::Import(args) } => {
            return day_files::roster(args, assets);
        }
        DayCommand::Roster { command: RosterCommand::Template(args) } => return day_files::template(args),
        DayCommand::Roster { command: RosterCommand::Search { text, batch, on } } => search(text, *batch, on),
        DayCommand::Schedule { command: ScheduleCommand::Import(args) } => {
            return day_files::schedule(args, assets);
        }
        DayCommand::Report(args) => return day_files::report(args, assets),
        DayCommand::Queue { command } => queue(command),
    };
    done.unwrap_or_else(|Complaint { code, text }| {
        eprintln!("{}\n{}\n({code})", text.zh, text.en);
        ExitCode::FAILURE
    })
}

/// What stood in the way.
struct Complaint {
    code: String,
    text: Text,
}

impl From<StoreError> for Complaint {
    fn from(error: StoreError) -> Self {
        Self { code: error.code().to_owned(), text: error.text() }
    }
}

fn bad(code: &str, zh: String, en: String) -> Complaint {
    Complaint { code: code.to_owned(), text: Text::new(zh, en) }
}

type Done = Result<ExitCode, Complaint>;

fn open(on: &On) -> Result<Store, Complaint> {
    let (mut store, _) = Store::open(&on.data, &on.booth, clock::now())?;
    store.set_operator(&on.operator)?;
    Ok(store)
}

fn audit_verify(data: &Path, json: bool) -> Done {
    let (store, _) = Store::open(data, "audit", clock::now())?;
    let check = store.verify_audit()?;
    print(json, &check, || match &check.broken {
        None => format!("审计日志完整：{} 条，{}", check.events, check.head),
        Some(at) => format!("审计日志在第 {} 条断开：{}", at.id, at.reason),
    });
    Ok(status(check.broken.is_none()))
}

fn plan(args: &PlanArgs) -> Result<BatchPlan, Complaint> {
    if let Some(file) = &args.template {
        let wrong = |e: String| {
            bad(
                "bad_template",
                format!("批次模板读不了：{e}"),
                format!("The batch template cannot be read: {e}"),
            )
        };
        let text = std::fs::read_to_string(file).map_err(|e| wrong(e.to_string()))?;
        let whole: Value = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        // A line of `batch list --json` holds the plan of a batch, a file written by hand is one.
        let plan = whole.get("plan").cloned().unwrap_or(whole);
        let plan: BatchPlan = serde_json::from_value(plan).map_err(|e| wrong(e.to_string()))?;
        let date = args.date.as_deref().map(day).transpose()?.unwrap_or(plan.date);
        return Ok(BatchPlan { date, make_up_of: None, ..plan });
    }
    let date = day(args.date.as_deref().unwrap_or_default())?;
    Ok(BatchPlan {
        school: args.school.clone().unwrap_or_default(),
        date,
        place: args.place.clone(),
        group: args.group.clone(),
        spec: args.spec.clone(),
        fee: match (args.prepaid, args.on_the_spot) {
            (Some(amount_fen), _) => FeeRule::Prepaid { amount_fen },
            (None, Some(amount_fen)) => FeeRule::OnTheSpot { amount_fen },
            (None, None) => FeeRule::None,
        },
        way: args.way,
        double_proof: args.double_proof,
        masked_names: args.masked_names,
        naming: args.naming.clone(),
        consent: Consent { version: args.consent.clone(), text: String::new() },
        upload_allowed: false,
        make_up: MakeUpTerms::default(),
        make_up_of: None,
    })
}

fn day(text: &str) -> Result<Day, Complaint> {
    Day::parse(text).ok_or_else(|| {
        bad(
            "bad_date",
            "日期要写成 2026-05-13。".to_owned(),
            "The date is written like 2026-05-13.".to_owned(),
        )
    })
}

fn batch(command: &BatchCommand) -> Done {
    let now = clock::now();
    match command {
        BatchCommand::New { on, plan: args, open: at_once } => {
            let plan = plan(args)?;
            let mut store = open(on)?;
            let mut made = store.new_batch(&plan, now)?;
            if *at_once {
                made = store.open_batch(made.id, now)?;
            }
            print(on.json, &made, || format!("批次 {}：{}", made.id, made.plan.school));
        }
        BatchCommand::List { on } => {
            for batch in open(on)?.reader_door().open()?.batches()? {
                print(on.json, &batch, || {
                    let plan = &batch.plan;
                    format!(
                        "{} {:?} {} {} {} {}",
                        batch.id, batch.state, plan.date, plan.school, plan.place, plan.group
                    )
                });
            }
        }
        BatchCommand::Open { id, on } => {
            let opened = open(on)?.open_batch(BatchId(*id), now)?;
            print(on.json, &opened, || format!("已打开批次 {id}"));
        }
        BatchCommand::MakeUp { id, date, place, on } => {
            let date = day(date)?;
            let mut store = open(on)?;
            let earlier = store.batch(BatchId(*id))?.plan;
            let place = place.clone().unwrap_or_else(|| earlier.place.clone());
            let plan = BatchPlan { date, place, ..earlier };
            let (made, remaining) = store.make_up_batch(BatchId(*id), &plan, now)?;
            let Remaining { people, paid, retakes } = remaining;
            let line = json!({ "batch": made, "people": people, "paid": paid, "retakes": retakes });
            print(on.json, &line, || {
                format!("批次 {}：补采 {people} 人，其中已缴费 {paid} 人；待重拍 {retakes} 张", made.id)
            });
        }
        BatchCommand::Seal { id, reason, on } => {
            let (sealed, counts) = open(on)?.seal_batch(BatchId(*id), reason.as_deref(), now)?;
            print(on.json, &json!({ "batch": sealed, "reconciliation": counts }), || {
                format!("批次 {id} 已结批：应到 {}，已拍 {}，未到 {}", counts.due, counts.shot, counts.absent)
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn search(text: &str, batch: Option<i64>, on: &On) -> Done {
    let store = open(on)?;
    let reader = store.reader_door().open()?;
    let batch = reader.batch_or_open(batch.map(BatchId))?;
    for line in reader.search(batch.id, text, 20)? {
        let fee = reader.fee(&batch, Some(&line), None)?;
        let latest = reader.tickets_of(line.id)?.into_iter().next();
        let found = json!({
            "subject": line.id, "key": line.subject.key(), "masked_name": line.subject.masked_name(),
            "college": line.subject.college, "class": line.subject.class, "fee": fee,
            "number": latest.as_ref().map(|t| t.number), "stage": latest.as_ref().map(|t| t.ticket.stage()),
        });
        print(on.json, &found, || {
            let name = line.subject.masked_name().unwrap_or_default();
            format!("{} {} {name}", line.id, line.subject.key().unwrap_or_default())
        });
    }
    Ok(ExitCode::SUCCESS)
}

fn show(on: &On, ticket: &TicketRecord) {
    print(on.json, ticket, || format!("{} 号：{}", ticket.number, ticket.ticket.stage().name()));
}

fn queue(command: &QueueCommand) -> Done {
    let step = |args: &NumberArgs, action: Action| -> Done {
        let stepped = open(&args.on)?.step_ticket(ShotNumber(args.number), &action, clock::now())?;
        show(&args.on, &stepped);
        Ok(ExitCode::SUCCESS)
    };
    match command {
        QueueCommand::Issue(args) => issue(args),
        QueueCommand::Next { on } => {
            let called = open(on)?.call_next(None, clock::now())?;
            match &called {
                Some(called) => show(on, called),
                None => print(on.json, &Value::Null, || "没有人等候".to_owned()),
            }
            Ok(ExitCode::SUCCESS)
        }
        QueueCommand::Recall(args) => step(args, Action::Recall { booth: args.on.booth.clone() }),
        QueueCommand::Pass(args) => step(args, Action::Pass),
        QueueCommand::Hold { reason, number } => step(number, Action::Hold { reason: *reason }),
        QueueCommand::Back(args) => step(args, Action::Back),
        QueueCommand::Leave(args) => step(args, Action::Leave),
        QueueCommand::Undo(args) => step(args, Action::Undo),
        QueueCommand::Status { on } => queue_status(on),
    }
}

fn issue(args: &IssueArgs) -> Done {
    let code =
        args.code.as_ref().map(|text| CaptureCode::new(text.as_bytes())).transpose().map_err(|_| {
            bad("bad_code", "这不是采集码。".to_owned(), "This is no capture code.".to_owned())
        })?;
    let now = clock::now();
    let (day, minute) = clock::wall(now);
    let new = NewCheckIn {
        code: code.as_ref().map(|code| (code, CodeSource::Gun)),
        subject: args.subject.map(SubjectId),
        payment: args.paid.map(|method| NewPayment {
            amount_fen: args.fen,
            method,
            cashier: &args.on.operator,
        }),
        consent: args.consent,
        id_card: args.id_card,
        priority: args.priority,
        retake_reason: args.retake.as_deref(),
        day,
        minute,
    };
    let (ticket, ahead) = open(&args.on)?.check_in(&new, now)?;
    print(args.on.json, &json!({ "ticket": ticket, "ahead": ahead }), || {
        format!("{} 号，前面还有 {ahead} 人", ticket.number)
    });
    Ok(ExitCode::SUCCESS)
}

fn queue_status(on: &On) -> Done {
    let store = open(on)?;
    let Some(batch) = store.open_one()? else { return Err(StoreError::from(DayRefusal::NoBatch).into()) };
    let reader = store.reader_door().open()?;
    let counts = reader.reconcile(batch.id)?;
    let numbers = |stage: &str| -> Result<Vec<ShotNumber>, StoreError> {
        Ok(reader.in_stage(batch.id, stage, 50)?.iter().map(|t| t.number).collect())
    };
    let view = json!({
        "batch": batch.id, "counts": counts, "adds_up": counts.adds_up(), "called": numbers("called")?,
        "seated": numbers("seated")?, "next": numbers("waiting")?, "passed": numbers("passed")?,
        "held": numbers("held")?,
    });
    print(on.json, &view, || {
        format!(
            "应到 {}，已拍 {}，候拍 {}，过号 {}，暂离 {}，未到 {}",
            counts.due, counts.shot, counts.waiting, counts.passed, counts.held, counts.absent
        )
    });
    Ok(ExitCode::SUCCESS)
}
