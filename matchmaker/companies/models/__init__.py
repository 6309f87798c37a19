"""Companies, who belongs to them, and how sure we are that they are who they say."""

from matchmaker.companies.models.bank import BankAccount
from matchmaker.companies.models.company import CONTACT_FIELDS, NUMBER_TAKEN, NUMBER_TAKEN_SENTENCE, Company
from matchmaker.companies.models.evidence import Check, Document, DomainProof, ListedFields, Merge, Suspension
from matchmaker.companies.models.people import Claim, Invitation, JoinRequest, Membership, RequestStatus
