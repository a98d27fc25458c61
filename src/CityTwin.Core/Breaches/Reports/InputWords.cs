using System.Globalization;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>
/// The inputs that draws are made of, in words, and the estimate behind each. They are named by paths such as
/// <c>step/door/duration.first</c> (see <see cref="Running.InputValues"/>); what is not known here keeps its path.
/// </summary>
internal sealed class InputWords(SecurityModel model, BreachNames names)
{
    public string Of(string input)
    {
        var parts = input.Split('/');
        return parts switch
        {
            ["step", var step, "exists"] => $"Can be done at all: {names.Step(step)}",
            ["step", var step, "skill"] => $"Skill needed: {names.Step(step)}",
            ["step", var step, "detection", var sensor, ..] => $"Noticed by {(sensor.Length > 0 ? names.Sensor(sensor) : "somebody")}: {names.Step(step)}",
            ["step", var step, "effect", _, "repair.first" or "repair.second"] => $"Repair after: {names.Step(step)}",
            ["step", var step, "effect", _, "believed"] => $"Forged reading is believed: {names.Step(step)}",
            ["step", var step, "effect", ..] => $"Time until somebody acts: {names.Step(step)}",
            ["step", var step, ..] => $"Duration: {names.Step(step)}",
            ["profile", var profile, var what] => $"{Capital(what)} of the adversary: {names.Profile(profile)}",
            ["response", var kind and ("cyber" or "physical"), var what, ..] => $"{(kind == "cyber" ? "Answer on networks" : "Answer on the spot")}: {Plain(what)}",
            ["response", var what, ..] => $"Response: {Plain(what)}",
            ["schedule", var schedule, ..] => $"Share at this hour: {model.Schedules.FirstOrDefault(one => one.Id.Value == schedule)?.Name ?? schedule}",
            ["persons-per-connection"] => "Persons to a connection",
            _ => input,
        };
    }

    /// <summary>The estimate that an input is drawn from; null where it is none that is known here.</summary>
    public Estimate? EstimateOf(string input)
    {
        var parts = input.Split('/');
        return parts switch
        {
            ["step", var id, .. var rest] => model.Steps.FirstOrDefault(step => step.Id.Value == id) is { } step ? Of(step, rest) : null,
            ["profile", var id, var what] => model.Profiles.FirstOrDefault(profile => profile.Id.Value == id) is { } profile
                ? what switch { "skill" => profile.Skill, "speed" => profile.Speed, _ => profile.Neutralisation } : null,
            ["response", "cyber", var what] => Of(model.Response.Cyber, what),
            ["response", "physical", var what] => Of(model.Response.Physical, what),
            ["response", var what] => Stem(what) switch
            {
                "switching" => Of(model.Response.Switching, what),
                "crew" => Of(model.Response.Crew, what),
                _ => Of(model.Response.Turnout, what),
            },
            ["schedule", var id, var span] => model.Schedules.FirstOrDefault(schedule => schedule.Id.Value == id) is { } schedule ? Of(schedule, span) : null,
            ["persons-per-connection"] => model.PersonsPerConnection,
            _ => null,
        };
    }

    /// <summary>Whether an input is a time in seconds: times have a kind, and so two numbers.</summary>
    public static bool IsTime(string input) => input.EndsWith(".first", StringComparison.Ordinal) || input.EndsWith(".second", StringComparison.Ordinal);

    private static Estimate? Of(AttackStep step, string[] path) => path switch
    {
        ["effect", var number, var what] when int.TryParse(number, CultureInfo.InvariantCulture, out var place) && place < step.Effects.Length
            => (step.Effects[place], Stem(what)) switch
            {
                (Destruction destruction, "repair") => Of(destruction.Repair, what),
                (ForgedReading forged, "believed") => forged.Believed,
                (ForgedReading forged, "act-after") => Of(forged.ActAfter, what),
                _ => null,
            },
        ["exists"] => step.Exists,
        ["skill"] => step.Skill,
        ["detection", var sensor, var at, ..] => step.Detections
            .FirstOrDefault(one => (one.Sensor?.Value ?? "") == sensor && one.At.ToString() == at)?.Probability,
        [var duration] when Stem(duration) == "duration" => Of(step.Duration, duration),
        _ => null,
    };

    private static Estimate? Of(Schedule schedule, string span) =>
        int.TryParse(span, CultureInfo.InvariantCulture, out var place) && place < schedule.Spans.Length ? schedule.Spans[place].Share : schedule.Otherwise;

    private static Estimate? Of(Response response, string what) => Stem(what) switch
    {
        "communication" => response.Communication,
        "transmit" => Of(response.Transmit, what),
        "assess" => Of(response.Assess, what),
        _ => response.Respond is { } respond ? Of(respond, what) : null,
    };

    private static Estimate Of(Duration duration, string what) =>
        what.EndsWith(".second", StringComparison.Ordinal) ? duration.SecondSeconds : duration.FirstSeconds;

    private static string Stem(string what) => what.Split('.')[0];

    private static string Plain(string what) => Stem(what) switch
    {
        "communication" => "an alarm gets through",
        "transmit" => "time until the alarm is shown",
        "assess" => "time until it is believed",
        "respond" => "time until responders are there",
        "turnout" => "time until a guard moves",
        "switching" => "time to switch from afar",
        "crew" => "time of a crew on the spot",
        var other => other,
    };

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
