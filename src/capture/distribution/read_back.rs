//! Asks the page where the system shows which messages it has stored. What the answers show is for
//! [`effects`](crate::subject::distribution::effects) to say; here they are looked at only to know when to stop asking.

use super::answer;
use crate::capture::http::{HttpClient, Request};
use crate::subject::distribution::effects::count;
use crate::subject::distribution::recording::{Answer, Happening};
use crate::subject::trial::transcript::Stop;
use crate::target::beskedfordeler::{Beskedfordeler, ReadBack};
use reqwest::header::HeaderMap;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;

/// Most of a page that is read, bytes. A longer one cannot be counted on.
const MAX_PAGE: usize = 256 * 1024;
/// Shortest pause between two questions.
const PAUSE: Duration = Duration::from_millis(200);

/// Asks the page. Use one for a run.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    client: &'a HttpClient,
    page: &'a ReadBack,
    cvr: &'a str,
}

impl<'a> Reader<'a> {
    /// A reader of the target's page; `None` when it names none.
    #[must_use]
    pub fn new(client: &'a HttpClient, table: &'a Beskedfordeler) -> Option<Self> {
        Some(Self { client, page: table.read_back.as_ref()?, cvr: &table.cvr })
    }

    /// Whether the page can be asked for one authority.
    #[must_use]
    pub fn by_authority(&self) -> bool {
        self.page.url.contains("{cvr}")
    }

    /// Longest time until an effect shows.
    #[must_use]
    pub fn settle(&self) -> Duration {
        Duration::from_secs(self.page.settle_seconds.into())
    }

    /// Asks once. `cvr` names the authority; without one, the target's first.
    pub async fn ask(&self, besked_id: &str, cvr: Option<&str>) -> Happening {
        let cvr = cvr.unwrap_or(self.cvr);
        let address = self.page.url.replace("{BeskedId}", besked_id).replace("{cvr}", cvr);
        let answer = match Url::parse(&address) {
            Err(_) => Answer::Failed(Stop::BadAddress),
            Ok(url) => {
                let request = Request { url: &url, limit: MAX_PAGE, post: None, oces: false };
                let exchanged = self.client.once(&request, &HeaderMap::new(), Duration::MAX).await;
                answer(exchanged, self.client.timeout())
            }
        };
        let cvr = self.by_authority().then(|| cvr.to_owned());
        Happening::ReadBack { besked_id: besked_id.to_owned(), cvr, answer }
    }

    /// Asks until the page shows something for the message, or the settle time is over; gives the last answer. For what must
    /// appear.
    pub async fn appeared(&self, besked_id: &str, cvr: Option<&str>) -> Happening {
        let deadline = Instant::now() + self.settle();
        let pause = PAUSE.max(self.settle() / 20);
        loop {
            let asked_at = Instant::now();
            let happening = self.ask(besked_id, cvr).await;
            if asked_at >= deadline || self.shows(&happening) {
                return happening;
            }
            sleep(pause.min(deadline.saturating_duration_since(Instant::now()))).await;
        }
    }

    /// Asks when the settle time is over, counted from `since`. For what must not appear, or not twice.
    pub async fn settled(&self, besked_id: &str, cvr: Option<&str>, since: Instant) -> Happening {
        sleep_until(since + self.settle()).await;
        self.ask(besked_id, cvr).await
    }

    fn shows(&self, happening: &Happening) -> bool {
        matches!(happening, Happening::ReadBack { besked_id, answer, .. }
            if count(answer, besked_id, self.page.count.as_deref()).is_ok_and(|n| n > 0))
    }
}
