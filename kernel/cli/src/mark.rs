//! `candlelab mark`: a page, for this machine only, on which a person marks answers.

mod form;
mod site;

use crate::cli::MarkArgs;
use crate::exit::Exit;
use crate::{interrupt, print};
use anyhow::Context;
use candlelab_grader::{
    Answer, Gradebook, Intake, Lab, answers, chosen_labs, shuffle, submissions,
};
use candlelab_notebook::{Stop, check_folder};
use site::Site;
use std::net::Ipv4Addr;
use std::time::Duration;
use tiny_http::Server;
use uuid::Uuid;

/// How often it is looked whether the user wants to end.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves the page until Ctrl-C.
pub fn run(args: &MarkArgs) -> anyhow::Result<Exit> {
    let token = Uuid::new_v4().simple().to_string();
    let mut answers = collect(args)?;
    shuffle(&mut answers, &token);
    if answers.is_empty() {
        print::line("no answer waits for a person");
        return Ok(Exit::Ok);
    }
    check_folder(&args.out)?;
    let book = Gradebook::open(&args.out.join("gradebook.db"))?;
    let stop = Stop::default();
    interrupt::catch(&stop)?;
    let server = Server::http((Ipv4Addr::LOCALHOST, args.port))
        .map_err(|error| anyhow::anyhow!("cannot listen on port {}: {error}", args.port))?;
    let address = server.server_addr().to_ip().context("the page has no address")?;
    let by = args.by.clone().or_else(|| std::env::var("USER").ok()).unwrap_or_default();
    let mut site = Site { answers, book, token, host: address.to_string(), by };
    print::line(format_args!("http://{address}/{}/", site.token));
    print::note("Ctrl-C ends; whatever has been saved is in the gradebook");
    while !stop.is_asked() && !stop.is_stopped() {
        if let Some(request) = server.recv_timeout(PAUSE).context("cannot listen")? {
            site.answer(request);
        }
    }
    Ok(Exit::Ok)
}

fn collect(args: &MarkArgs) -> anyhow::Result<Vec<Answer>> {
    let labs = chosen_labs(&args.labs, &args.only)?.into_iter().map(Lab::read);
    let labs: Vec<Lab> = labs.collect::<Result<_, _>>()?;
    let found = submissions(&args.submissions, &Intake::of(&labs))?;
    found.problems.iter().for_each(print::note);
    let mut all = Vec::new();
    for lab in &labs {
        for it in found.submissions.iter().filter(|it| it.lab == lab.about.lab) {
            let student = &it.student;
            let read = it.notebook();
            match read.and_then(|(notebook, _)| answers(lab, student, &notebook)) {
                Ok(answers) => all.extend(answers),
                Err(error) => print::error(format_args!("{student}/{}: {error}", lab.about.lab)),
            }
        }
    }
    Ok(all)
}
