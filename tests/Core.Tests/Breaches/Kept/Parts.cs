using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Testing.Breaches;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Kept;

/// <summary>Parts of a breach that travel as states, in any order and any grouping, and are sometimes lost.</summary>
public sealed class Parts
{
    private const int Runs = 2_600;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly KeptJob Job = SmallBreach.Kept(Runs, draws: 3);
    private static readonly KeptJob Ranking = SmallBreach.Kept(Runs, draws: 3, ranking: new([], null));
    private static readonly BreachPartState[] Done = AllOf(Job);
    private static readonly BreachPartState[] Ranked = AllOf(Ranking);
    private static readonly string Expected = Encoding.UTF8.GetString(SmallBreach.Report(SmallBreach.Job(Runs, draws: 3)));
    private static readonly string ExpectedRanking = Encoding.UTF8.GetString(SmallBreach.Ranking(Runs, draws: 3));

    [Fact]
    public void A_part_comes_back_from_its_state() => Assert.All(
        Done, part => Assert.Equal(Text(Job.Read(part)), Text(Job.Read(Job.Read(part).ToState()))));

    [Fact]
    public void States_merge_in_any_order_and_grouping_to_the_report_of_one_thread() =>
        Gen.Shuffle(Enumerable.Range(0, Done.Length).ToArray()).Select(Gen.Int[1, Done.Length]).Sample(
            (order, groups) => Merged(Job, Done, order, groups) == Expected && Merged(Ranking, Ranked, order, groups) == ExpectedRanking, iter: 50);

    [Fact]
    public void Single_runs_are_kept_in_the_order_of_their_numbers_up_to_the_limit_and_beyond_it_not_at_all()
    {
        var answer = Job.Answer(Done.Reverse().Select(Job.Read).Aggregate(Merge), _ => { }, Cancellation);
        Assert.Equal(Enumerable.Range(0, Done.Length), answer.Notes.Select(notes => notes.Part));
        Assert.Equal(Runs, answer.Notes.Sum(notes => notes.Runs));
        Assert.Equal(answer.Headline!.PersonHours.Sum, answer.Notes.SelectMany(notes => notes.PersonHours).Sum());
        Assert.Equal(answer.Headline.CustomerHours.Sum, answer.Notes.SelectMany(notes => notes.CustomerHours).Sum());
        Assert.Equal(answer.Headline.Success.Successes, Count(RunOutcomes.Succeeded));
        Assert.Equal(answer.Headline.Interruption.Successes, Count(RunOutcomes.Interrupted));
        Assert.Equal(answer.Headline.Effectiveness.Successes, Count(RunOutcomes.Stopped));
        Assert.NotEqual(0, answer.Notes.SelectMany(notes => notes.Records).Sum());

        Assert.Single(SmallBreach.Kept(RunNotes.RunsMax).Run(0, Cancellation).Notes);
        Assert.Empty(SmallBreach.Kept(RunNotes.RunsMax + 1).Run(0, Cancellation).Notes);

        long Count(RunOutcomes outcome) => answer.Notes.Sum(notes => Enumerable.Range(0, notes.Runs).Count(run => notes.OutcomeOf(run).HasFlag(outcome)));
    }

    [Fact]
    public void A_book_counts_every_part_once_whatever_is_lost_repeated_late_or_begun_again() =>
        Gen.Int[0, 5].Array[400].Sample(course =>
        {
            var (book, held) = (new PartBook(Job), new List<int>());
            foreach (var turn in course.TakeWhile(_ => book.Answer is null))
            {
                switch (turn)
                {
                    case 0 when held.Count > 0: // the coordinator dies
                        (book, held) = (new(Job, book.ToProgress()), []);
                        break;
                    case 1 when held.Count > 0: // a silo dies, and its answer comes after all
                        book.GiveBack(held[^1]);
                        book.Take(held[^1], Done[held[^1]]);
                        held.RemoveAt(held.Count - 1);
                        break;
                    case 2 or 3 when held.Count > 0:
                        book.Take(held[^1], Done[held[^1]]);
                        book.Take(held[^1], Done[held[^1]]);
                        held.RemoveAt(held.Count - 1);
                        break;
                    default:
                        held.AddRange(book.HandOut() is { } part ? [part] : []);
                        break;
                }
            }

            while (book.Answer is null)
            {
                held.AddRange(book.HandOut() is { } part ? [part] : []);
                book.Take(held[0], Done[held[0]]);
                held.RemoveAt(0);
            }

            return book.HandOut() is null && Text(book.Answer) == Expected;
        }, iter: 50);

    [Theory]
    [InlineData(0.2, 1_000)]
    [InlineData(0.03, 2_000)]
    [InlineData(0.001, Runs)]
    public void A_book_stops_at_the_look_where_one_thread_stops(double halfWidth, int expected)
    {
        var job = SmallBreach.Kept(Runs, draws: 3, halfWidth: halfWidth);
        var book = new PartBook(job);
        while (book.Answer is null)
        {
            var part = book.HandOut()!.Value;
            book.Take(part, Done[part]);
        }

        Assert.Equal(expected, book.Runs);
        Assert.Equal(
            Encoding.UTF8.GetString(SmallBreach.Report(SmallBreach.Job(Runs, draws: 3), new(BreachReport.DefaultConfidence, halfWidth, Runs))),
            job.Answer(book.Answer, _ => { }, Cancellation).ReportJson);
    }

    private static BreachPartState[] AllOf(KeptJob job) => [.. Enumerable.Range(0, BreachJob.PartsOf(Runs)).Select(part => job.Run(part, Cancellation))];

    private static string Merged(KeptJob job, BreachPartState[] done, int[] order, int groups) => job.Answer(
        order.Chunk((order.Length + groups - 1) / groups)
            .Select(group => group.Select(part => job.Read(done[part])).Aggregate(Merge).ToState()).Select(job.Read).Aggregate(Merge),
        _ => { }, Cancellation).ReportJson;

    private static string Text(KeptPart part) => Job.Answer(part, _ => { }, Cancellation).ReportJson;

    private static KeptPart Merge(KeptPart one, KeptPart other)
    {
        one.Merge(other);
        return one;
    }
}
