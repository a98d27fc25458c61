namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// Two breaches of one city beside each other: run by run they meet the same luck wherever they have something in common, so
/// that what differs is the scenarios' doing. It never changes; parts merged in any order give the same answer.
/// </summary>
public sealed class CompareJob
{
    /// <param name="first">Without draws of the inputs: what is compared is the scenarios with the inputs as stated.</param>
    /// <exception cref="ArgumentException">The two are not of one city, or have not the same seed and number of runs.</exception>
    public CompareJob(BreachJob first, BreachJob second)
    {
        if (first.City.Hash != second.City.Hash
            || (first.Scenario.Seed, first.Scenario.Runs) != (second.Scenario.Seed, second.Scenario.Runs)
            || first.Scenario.InputDraws != 0 || second.Scenario.InputDraws != 0)
        {
            throw new ArgumentException("Only breaches of one city, with the same seed and number of runs and without draws of the inputs, are compared.", nameof(second));
        }

        (First, Second) = (first, second);
    }

    public BreachJob First { get; }

    public BreachJob Second { get; }

    /// <summary>Runs one part of all runs of both, see <see cref="BreachJob.RunsInPart"/>.</summary>
    public ComparePart Run(int part, CancellationToken cancellation = default)
    {
        var answer = new ComparePart(First, Second);
        var (first, second) = (new Running.BreachRun(First.Plan), new Running.BreachRun(Second.Plan));
        for (var number = part * BreachJob.RunsInPart; number < Math.Min((part + 1) * BreachJob.RunsInPart, First.Scenario.Runs); number++)
        {
            cancellation.ThrowIfCancellationRequested();
            first.Go(number);
            second.Go(number);
            answer.Take(first, second);
        }

        return answer;
    }
}

/// <summary>What a part of the runs came to, of each and second less first; merged it is what all came to.</summary>
public sealed class ComparePart
{
    internal ComparePart(BreachJob first, BreachJob second) => (First, Second) = (new(first), new(second));

    public BreachPart First { get; }

    public BreachPart Second { get; }

    public PairedProportions Success { get; private set; }

    public PairedProportions Interruption { get; private set; }

    /// <summary>Of P_E.</summary>
    public PairedProportions Stopped { get; private set; }

    /// <summary>In thousandths.</summary>
    public PairedDifference PersonHours { get; private set; }

    public PairedDifference Records { get; private set; }

    public void Merge(ComparePart other)
    {
        First.Merge(other.First);
        Second.Merge(other.Second);
        (Success, Interruption, Stopped) = (Success.Merge(other.Success), Interruption.Merge(other.Interruption), Stopped.Merge(other.Stopped));
        (PersonHours, Records) = (PersonHours.Merge(other.PersonHours), Records.Merge(other.Records));
    }

    internal void Take(Running.BreachRun first, Running.BreachRun second)
    {
        var (lostInFirst, lostInSecond) = (First.Tally.Take(first), Second.Tally.Take(second));
        var (one, other) = (RunResult.Of(first), RunResult.Of(second));
        Success = Success.Add(one.Succeeded, other.Succeeded);
        Interruption = Interruption.Add(first.Outcome.InterruptedAt is not null, second.Outcome.InterruptedAt is not null);
        Stopped = Stopped.Add(one.Stopped, other.Stopped);
        PersonHours = PersonHours.Add(lostInFirst, lostInSecond);
        Records = Records.Add(one.Records, other.Records);
    }
}
