"""The sentences of other parts that are translated when a person is shown them.

Each is the template of a message as the code writes it, its values numbered in their order: a test
finds every one in the sources. What is not here is shown in English.
"""

from __future__ import annotations

__all__ = ["CLICKS", "COMMANDS", "PARTS", "SECTIONS", "SENTENCES", "WORDS"]

from . import N_

#: Messages of errors, what to do about them, and the reasons of the history.
SENTENCES = (
    # The workspace, its files, its rules.
    N_("{0} is not a workspace: it has no {1}"),
    N_("`syncline init` makes one; `--workspace DIR` names another folder."),
    N_("{0} is a workspace already"),
    N_("Choose another folder; nothing was changed."),
    N_("{0} has 1 error"),
    N_("{0} has {1} errors"),
    N_("did you mean {0}?"),
    N_("Correct the places named above and run `syncline check`."),
    N_("the rule file {0} cannot be read: {1}"),
    N_("Check the name; `syncline init` writes a first one."),
    N_("{0} is damaged: {1}"),
    N_("Correct {0} or restore it from a backup."),
    N_("{0} is damaged and was left as it is: {1}"),
    N_("{0} belongs to a newer version of Syncline (file version {1}; this one reads up to {2})"),
    N_("Upgrade Syncline: `pip install --upgrade syncline`."),
    N_("{0} could not be written and is as it was: {1}"),
    N_("Free some space or correct the permissions, then run again."),
    N_("nothing has run here yet"),
    N_("Begin with `syncline run`."),
    N_("nothing has run"),
    # Runs.
    N_("another run is at work in {0} ({1})"),
    N_(
        "Wait until it has ended; two never work at once. If its machine is gone, its place is "
        "free at {0} UTC."
    ),
    N_("the run was told to stop"),
    N_("Nothing was lost: the next run goes on from here."),
    N_("Run the same command again later: nothing was lost."),
    N_("the workspace is paused since {0} UTC{1}"),
    N_("`syncline resume` lets it run again."),
    N_("this is a fault of Syncline: {0}: {1}"),
    N_("Nothing was lost. Please report it, with the command and `syncline --version`."),
    N_(
        "{0} of {1} {2} records are said to be deleted in the {3}, more than {4}: nothing was "
        "written"
    ),
    N_(
        "If that is right, `syncline run --allow-deletes` goes on with it. Otherwise see what "
        "became of them first: nothing happens until then."
    ),
    N_("the locked row {0} to {1} of {2} was changed or removed"),
    N_(
        "Put it back. To change it, first take off the word `locked`, run once, and then change "
        "the row."
    ),
    N_("the {0} failed {1} and is left in peace until {2} UTC; it said: {3}"),
    N_("the {0} was expected to cost {1} {2} and cost {3}"),
    N_("the {0}'s limit of {1} in 24 hours is reached"),
    N_("the {0}'s limit of {1} in 24 hours has too little left"),
    N_(
        "Later runs go on with it, the longest waiting first. `syncline budget` says how the "
        "budget stands."
    ),
    # Connections.
    N_("{0} is not connected"),
    N_("{0} needs its {1}"),
    N_("Set it in the environment as {0}."),
    N_("{0} could not be reached for {1}: {2}."),
    N_("no connector is named {0}; there are: {1}"),
    # Records that a person asks about.
    N_("no record is known by {0}"),
    N_("Give an id of either system, or a match key such as an e-mail address."),
    N_("nothing of {0} waits for a decision"),
    N_("`syncline holds` lists what does."),
    N_("{0} of {1} is not held"),
    N_("Held of it: {0}."),
    N_("{0} means several records: {1}"),
    N_("Say which, by its id."),
    N_("{0} is linked to {1} already"),
    N_("there is no run {0}"),
    N_("`syncline log` names the runs."),
    # Forms and settings.
    N_("there is no form {0}"),
    N_("there is no setting {0}"),
    N_("{0} is no value of {1}"),
    N_("Write it like this: {0}"),
    N_("{0} does not set {1}"),
    N_("`syncline settings show` says where each value comes from."),
    # Reasons: why a value was written, or was not.
    N_("new record"),
    N_("filled a blank"),
    N_("both sides agree"),
    N_("equal when first seen"),
    N_("differed when first seen"),
    N_("changed in the {0}"),
    N_("changed on both sides"),
    N_("the {0} was modified last"),
    N_("the {0} is not a source of this field"),
    N_("the {0} already has a value"),
    N_("the rule writes to the {0} only on creation"),
    N_("a blank erases nothing"),
    N_("the rule holds conflicts for a person"),
    N_("{0} is set only on creation"),
    N_("a person chose the {0}'s value"),
    N_("{0} is required and blank"),
    N_("the {0} gets no records from the {1}"),
    N_("it does not fit the criteria of `sync {0} to …`"),
    N_("matched by {0} = {1}"),
    N_("matched by our key"),
    N_("{0} {1} records have the same {2}: {3}"),
    N_("its partner {0} by {1} is already linked to {2}"),
    N_("its {0} is kept"),
    N_("its {0} has no partner in the {1}"),
    N_("no rule asks for this kind of activity and outcome"),
    N_("put back and forth {0} times in 24 hours: something else writes it too"),
    N_("the {0} made this of what was written to it"),
    N_("what became of an earlier write of it is not known yet"),
    N_("the write did not arrive"),
)

#: Parts of the values in them that are words, too.
PARTS = (N_("cadence"), N_(" by {0}"), N_("{0} times in a row"))

#: Words of reports: fates, states, steps, sides, what a limit counts, and how a connection
#: stands.
WORDS = (
    N_("written"), N_("unchanged"), N_("skipped"), N_("deferred"), N_("held"), N_("failed"),
    N_("done"), N_("stopped"), N_("running"), N_("waiting"), N_("new"), N_("dead"),
    N_("create"), N_("update"), N_("delete"), N_("link"),
    N_("exit"), N_("move"), N_("next touch"), N_("enrol"),
    N_("CRM"), N_("cadence"), N_("calls"), N_("actions"),
    N_("tokens"), N_("requests"), N_("points"),
    N_("connected"), N_("not connected"), N_("needs a person"), N_("does not answer"),
)  # fmt: skip

#: The sections of the help.
SECTIONS = (
    N_("Write rules"),
    N_("Look into rules"),
    N_("Run them"),
    N_("Work in the cadence"),
    N_("Bring prospects in"),
    N_("Know and decide"),
    N_("Let people in"),
    N_("Keep it sound"),
    N_("Forms and settings"),
    N_("Connect systems and programs"),
    N_("See it work"),
)

#: The line that says what a command does.
COMMANDS = (
    N_("Show how the sources of activities stand: telephony, mail, calendars."),
    N_("Bring the people in a CSV FILE, or in a list of the CRM, into the cadence."),
    N_("List imports, and decide what they hold."),
    N_("Make a workspace in FOLDER: a settings file and a first rule file, with comments."),
    N_("Check a rule file: its words, its names, its values."),
    N_("Write rule files in their one form: indents, columns, blank lines."),
    N_("Play the tests of a rule file, and say what no test shows."),
    N_("Explain a code of `syncline check`: what it means, an example, and what to do."),
    N_("Print the handbook: the rule language, its functions, the systems' own fields."),
    N_("Say what a workflow's criteria say of a record, row by row, and what would change that."),
    N_("Look for rules that contradict, repeat or never reach one another."),
    N_("Compare the rules OLD with the rules NEW over records: what would be otherwise."),
    N_("Show what new rules would have done to the recorded changes of the last days."),
    N_("Try conditions and values on a record, and see why each is TRUE or FALSE."),
    N_("Show what the next run would do, why, and what it costs."),
    N_("Do one cycle: read what changed, reconcile, write, and report."),
    N_("Ask a schedule (`syncline run --every`) for a cycle before its time."),
    N_("Let no cycle begin until `syncline resume`: the time to edit rules in peace."),
    N_("Put the edited rules to work, and let cycles run again."),
    N_("Say whether cycles run, what the last one did, and what the rule file would change."),
    N_("List the texts of the rules that were put to work, when, and by whom."),
    N_("Show how much of the limits is used, on what, and when it runs out or comes free."),
    N_("Show what the runs of the last days did, what waits, and what it cost."),
    N_("List the cadences with their touches; the commands below change them."),
    N_("List the touches whose day has come, each with its window or what it waits for."),
    N_("Say when PROSPECT (an id or an e-mail address) may next be touched, and why not before."),
    N_("Show what was changed, when, and the reason of each skip, hold and failure."),
    N_("Say why RECORD is as it is: which rule wrote which field, when, from what."),
    N_(
        "List what waits for a person: fields both sides of which differ, records without a "
        "partner."
    ),
    N_("Decide what is held of RECORD: whose value stands, or which record across is the same."),
    N_("Let the next run try again what a system refused: RECORD, or `--all`."),
    N_("Take back what run RUN wrote: each field as it was before, each new record deleted."),
    N_("Say who works with this workspace, and what each may do."),
    N_("Show who changed what, and when: people, roles, rules, pauses, decisions, imports."),
    N_("Look through the ledger for damage, orphans and impossible moments."),
    N_("Remove old history from the ledger."),
    N_("Write the workspace and its ledger into one archive, FILE."),
    N_("Restore a workspace and its ledger from the archive FILE to FOLDER."),
    N_("List the forms of the rules, or show the form NAME: its fields, and what each takes."),
    N_("Post values in the form NAME: they become a record, which goes over with the next run."),
    N_("Show or change settings of the company, of teams and of people: zone, language, hours."),
    N_("List the systems that rules may connect to, and what each one needs."),
    N_("Make a project to begin with."),
    N_("Connect the system NAME, so that runs are let in."),
    N_("Show how each connection stands: as whom, with what rights, how long, and what to do."),
    N_("Give the token of the system NAME back to its vendor, and forget it."),
    N_("Serve imitations of vendors' HTTP on loopback: of those named, or of all."),
    N_("Print rules as JSON, with all that they mean, their comments and blank lines."),
    N_("Serve an editor over its input and output (Language Server Protocol)."),
    N_("Show the main job on 1,200 leads and 760 prospects, in a new folder `demo-SYSTEM`."),
    N_(
        "Prove the engine: let it run between two systems that misbehave, and hold it to its "
        "promises."
    ),
)

#: What click, which reads the command line, says itself.
CLICKS = (
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Show this message and exit."),
    N_("Try '{command} {option}' for help."),
    N_("Error: {message}"),
    N_("Aborted!"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("Invalid value: {message}"),
    N_("Missing argument"),
    N_("Missing option"),
    N_("No such option {name!r}."),
    N_("No such command {name!r}."),
)
