using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CityTwin.Core.Audit;

namespace CityTwin.Cli.Commands.Audit;

/// <summary><c>citytwin audit verify FILE [--root SIZE:HASH]</c>: whether an exported audit log was changed, and where.</summary>
internal static class VerifyCommand
{
    private const int FaultsShownMax = 100;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "An exported audit log." };
        var roots = new Option<KnownRoot[]>("--root")
        {
            Description = "A root noted down earlier, as SIZE:HASH. It finds out also whoever rewrote the log and all its hashes. May be given several times.",
            HelpName = "SIZE:HASH",
            CustomParser = Read,
        };
        var command = new Command("verify",
            "Checks an exported audit log without the server, and names every altered, removed, repeated or reordered entry. Exit code 1 when there is one.")
        {
            file,
            roots,
        };
        command.SetAction(result => Run(result, result.GetRequiredValue(file), result.GetValue(roots) ?? []));
        return command;
    }

    private static int Run(ParseResult result, FileInfo file, KnownRoot[] roots)
    {
        var verified = AuditVerification.Of(File.ReadLines(file.FullName), roots);
        var output = result.InvocationConfiguration.Output;
        foreach (var fault in verified.Faults.Take(FaultsShownMax))
        {
            output.WriteLine($"{WordFor(fault.Kind)}: {fault.Message}");
        }

        if (verified.Faults.Length > FaultsShownMax)
        {
            output.WriteLine($"... and {verified.Faults.Length - FaultsShownMax} more");
        }

        var entries = verified.Size == 1 ? "1 entry" : string.Create(CultureInfo.InvariantCulture, $"{verified.Size} entries");
        output.WriteLine(verified is { Faults.IsEmpty: true, Root: { } root }
            ? $"{file.Name}: whole, {entries}; root {verified.Size}:{root}. {Advice(roots)}"
            : $"{file.Name}: changed, {FaultText.Count(verified.Faults.Length, "fault")} in {entries}.");
        return verified.Faults.IsEmpty ? ExitCode.Ok : ExitCode.Faults;
    }

    private static string Advice(KnownRoot[] roots) => roots.Length > 0
        ? "It goes on from every root given."
        : "Keep this root where nobody can change it, and give it with --root next time.";

    private static string WordFor(AuditFaultKind kind) => kind switch
    {
        AuditFaultKind.Altered => "altered",
        AuditFaultKind.Removed => "removed",
        AuditFaultKind.Reordered => "reordered",
        AuditFaultKind.Repeated => "repeated",
        AuditFaultKind.Unreadable => "unreadable",
        AuditFaultKind.AnotherLog => "another log",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static KnownRoot[] Read(ArgumentResult argument)
    {
        var roots = new List<KnownRoot>();
        foreach (var token in argument.Tokens)
        {
            if (token.Value.Split(':') is [var size, var hash]
                && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var entries)
                && TreeHash.TryParse(hash, out var root))
            {
                roots.Add(new(entries, root));
            }
            else
            {
                argument.AddError($"'{token.Value}' is not a root: it is the number of entries, a colon, and 64 hexadecimal digits.");
            }
        }

        return [.. roots];
    }
}
